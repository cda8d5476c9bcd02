#pragma once

#include <mutex>

#include <curl/curl.h>

namespace callboard::transfer {

/// Readies libcurl, once in a process whoever asks: `curl_global_init` is not thread-safe everywhere.
inline void initialise_library() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

} // namespace callboard::transfer
