#include "adapters/http/static_files.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <utility>

#include "adapters/http/text.hpp"

namespace callboard::http {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::pair<std::string_view, std::string_view>, 18> media_types{{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".webp", "image/webp"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".woff", "font/woff"},
    {".wasm", "application/wasm"},
    {".txt", "text/plain; charset=utf-8"},
    {".yaml", "application/yaml"},
    {".xml", "application/xml"},
}};

/// A build puts a hash of the content into the names of assets: `app-4f3kT9_x.js`.
bool has_hashed_name(std::string_view path) {
  auto slash = path.rfind('/');
  auto name = path.substr(slash + 1);
  auto dash = name.find('-');
  auto dot = name.rfind('.');
  return path.starts_with("/assets/") && dash != std::string_view::npos && dot != std::string_view::npos &&
         dot >= dash + 9;
}

/// FNV-1a, to tell one version of a file from another; nothing rests on it being hard to find a collision.
std::string make_etag(std::string_view bytes) {
  std::uint64_t hash = 14695981039346656037u;
  for (auto c : bytes)
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return "\"" + std::to_string(hash) + "-" + std::to_string(bytes.size()) + "\"";
}

std::shared_ptr<const std::string> read_file(const fs::path& path) {
  std::ifstream stream{path, std::ios::binary};
  std::string bytes{std::istreambuf_iterator<char>{stream}, {}};
  if (!stream)
    return nullptr;
  return std::make_shared<const std::string>(std::move(bytes));
}

bool lists(std::string_view list, std::string_view wanted) {
  bool found = false;
  for_each_item(list, [&](std::string_view item) {
    auto semicolon = item.find(';');
    auto refused = semicolon != std::string_view::npos && trim(item.substr(semicolon + 1)) == "q=0";
    found = found || (!refused && trim(item.substr(0, semicolon)) == wanted);
  });
  return found;
}

} // namespace

bool static_files::load(const std::string& folder, std::size_t max_bytes, std::string& problem) {
  files_.clear();
  std::error_code error;
  std::size_t total = 0;
  fs::recursive_directory_iterator entries{folder, error};
  for (; !error && entries != fs::recursive_directory_iterator{}; entries.increment(error)) {
    if (entries->is_symlink(error) || !entries->is_regular_file(error))
      continue;
    auto bytes = read_file(entries->path());
    if (!bytes) {
      problem = "cannot read " + entries->path().string();
      return false;
    }
    total += bytes->size();
    if (total > max_bytes) {
      problem = "the files in " + folder + " exceed " + std::to_string(max_bytes) + " bytes";
      return false;
    }
    auto path = "/" + fs::relative(entries->path(), folder, error).generic_string();
    files_[path] = {std::string{media_type_of(path)}, make_etag(*bytes), bytes, nullptr, has_hashed_name(path)};
  }
  if (error || !files_.contains("/index.html")) {
    problem = "the web client's folder " + folder + " " + (error ? error.message() : "has no index.html");
    return false;
  }
  for (auto& [path, entry] : files_)
    if (auto found = files_.find(path + ".gz"); found != files_.end())
      entry.compressed = found->second.bytes;
  std::erase_if(files_, [this](const auto& entry) {
    return entry.first.ends_with(".gz") && files_.contains(entry.first.substr(0, entry.first.size() - 3));
  });
  return true;
}

const static_files::file* static_files::look_up(std::string_view path) const {
  auto found = files_.find(std::string{path});
  if (found == files_.end())
    found = files_.find(std::string{path} + (path.ends_with('/') ? "index.html" : "/index.html"));
  return found == files_.end() ? nullptr : &found->second;
}

bool static_files::has(std::string_view path) const {
  return look_up(path) != nullptr;
}

std::optional<response> static_files::find(const request_head& head, std::string_view path) const {
  const auto* entry = look_up(path);
  if (!entry)
    return std::nullopt;
  response answer;
  answer.with("ETag", entry->etag);
  answer.with("Cache-Control", entry->immutable ? "public, max-age=31536000, immutable" : "no-cache");
  if (entry->compressed)
    answer.with("Vary", "Accept-Encoding");
  auto known = head.header("if-none-match");
  if (lists(known, entry->etag) || lists(known, "W/" + entry->etag) || known == "*") {
    answer.status = 304;
    return answer;
  }
  answer.content_type = entry->type;
  answer.shared_body = entry->bytes;
  if (entry->compressed && lists(head.header("accept-encoding"), "gzip")) {
    answer.shared_body = entry->compressed;
    answer.with("Content-Encoding", "gzip");
  }
  return answer;
}

std::string_view media_type_of(std::string_view name) {
  auto dot = name.rfind('.');
  auto ending = dot == std::string_view::npos ? std::string_view{} : name.substr(dot);
  auto found = std::find_if(media_types.begin(), media_types.end(),
                            [ending](const auto& entry) { return equal_ignoring_case(entry.first, ending); });
  return found == media_types.end() ? std::string_view{"application/octet-stream"} : found->second;
}

} // namespace callboard::http
