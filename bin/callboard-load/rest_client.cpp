#include "bin/callboard-load/rest_client.hpp"

#include <curl/curl.h>

namespace callboard::load {

namespace {

constexpr std::size_t longest_answer = std::size_t{16} << 20;

std::size_t collect(const char* bytes, std::size_t, std::size_t count, void* to) {
  auto& text = *static_cast<std::string*>(to);
  if (text.size() + count > longest_answer)
    return 0;
  text.append(bytes, count);
  return count;
}

} // namespace

rest_client::rest_client(std::string base, double timeout, std::string authorities)
    : base_(std::move(base)), authorities_(std::move(authorities)),
      timeout_milliseconds_(static_cast<long>(timeout * 1000)), handle_(curl_easy_init(), curl_easy_cleanup) {
  while (base_.ends_with('/'))
    base_.pop_back();
}

rest_client::~rest_client() = default;

outcome<boost::json::object> rest_client::get(std::string_view path, std::string_view token) {
  return perform(path, token, nullptr);
}

outcome<boost::json::object> rest_client::post(std::string_view path, std::string_view token,
                                               const boost::json::object& body) {
  const std::string text = boost::json::serialize(body);
  return perform(path, token, &text);
}

outcome<boost::json::object> rest_client::perform(std::string_view path, std::string_view token,
                                                  const std::string* body) {
  CURL* handle = handle_.get();
  if (handle == nullptr)
    return failure{exit_code::usage, "cannot set up the HTTP client"};
  const std::string url = base_ + std::string{path};
  std::string answer;
  curl_slist* headers = curl_slist_append(nullptr, "Content-Type: application/json");
  if (!token.empty())
    headers = curl_slist_append(headers, ("Authorization: Bearer " + std::string{token}).c_str());
  curl_easy_reset(handle);
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROXY, "");
  if (!authorities_.empty())
    curl_easy_setopt(handle, CURLOPT_CAINFO, authorities_.c_str());
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, timeout_milliseconds_);
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, collect);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &answer);
  if (body != nullptr) {
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, body->c_str());
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE, static_cast<long>(body->size()));
  }
  const CURLcode result = curl_easy_perform(handle);
  curl_slist_free_all(headers);
  if (result != CURLE_OK)
    return failure{exit_code::unreachable, url + ": " + curl_easy_strerror(result)};
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  if (status < 200 || status > 299)
    return failure{exit_code::unreachable, url + " answered " + std::to_string(status) + ": " + answer.substr(0, 300)};
  boost::json::error_code error;
  const boost::json::value parsed = boost::json::parse(answer, error);
  if (error || !parsed.is_object())
    return failure{exit_code::unreachable, url + " answered no JSON object"};
  return parsed.get_object();
}

} // namespace callboard::load
