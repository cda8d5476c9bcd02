#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "adapters/http/request.hpp"
#include "adapters/http/response.hpp"

namespace callboard::http {

/// The web client's files, read once and held in memory. What is asked for is looked up among the names that were
/// found, so no path can lead out of the folder.
class static_files {
public:
  /// Reads all regular files below `folder`. `name.gz` beside `name` is its compressed form. False and a sentence if
  /// the folder cannot be read, has no index.html or exceeds `max_bytes`.
  bool load(const std::string& folder, std::size_t max_bytes, std::string& problem);

  /// The file for a decoded path, or nothing; a folder is its index.html, with and without the slash behind its name.
  /// Honours If-None-Match and Accept-Encoding.
  std::optional<response> find(const request_head& head, std::string_view path) const;

  bool has(std::string_view path) const;

private:
  struct file {
    std::string type;
    std::string etag;
    std::shared_ptr<const std::string> bytes;
    std::shared_ptr<const std::string> compressed; // null: none
    bool immutable = false;                        // its name changes with its content
  };
  const file* look_up(std::string_view path) const;

  std::unordered_map<std::string, file> files_;
};

/// The media type of a file name by its ending; `application/octet-stream` if unknown.
std::string_view media_type_of(std::string_view name);

} // namespace callboard::http
