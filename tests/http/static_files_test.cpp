#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "adapters/http/static_files.hpp"
#include "tests/http/edge_fixture.hpp"
#include "tests/temporary_folder.hpp"

using namespace callboard::http;
using namespace callboard::http::test;

namespace {

struct web_folder {
  callboard::test::temporary_folder folder;
  const std::filesystem::path& path = folder.path();
  web_folder() {
    std::filesystem::create_directories(path / "site/assets");
    std::filesystem::create_directories(path / "site/api/docs");
    write("secret.txt", "outside");
    write("site/index.html", "<!doctype html>");
    write("site/assets/app-4f3kT9_x.js", "export {}");
    write("site/assets/app-4f3kT9_x.js.gz", "\x1f\x8b compressed");
    write("site/icon.svg", "<svg/>");
    write("site/api/docs/index.html", "documents");
    std::filesystem::create_symlink(path / "secret.txt", path / "site/link.txt");
  }
  void write(const std::string& name, std::string_view bytes) const { std::ofstream{path / name} << bytes; }
  std::string site() const { return (path / "site").string(); }
};

} // namespace

TEST_CASE("a folder that cannot be served is refused with a sentence") {
  static_files files;
  std::string problem;
  web_folder folder;
  CHECK_FALSE(files.load("/nonexistent/folder", 1000, problem));
  CHECK(problem.find("/nonexistent/folder") != std::string::npos);
  CHECK_FALSE(files.load((folder.path / "site/assets").string(), 1000, problem));
  CHECK(problem.find("has no index.html") != std::string::npos);
  CHECK_FALSE(files.load(folder.site(), 10, problem));
  CHECK(problem.find("exceed 10 bytes") != std::string::npos);
  CHECK(files.load(folder.site(), 1000, problem));
  CHECK_FALSE(files.has("/link.txt"));
}

TEST_CASE("files over the wire") {
  web_folder folder;
  auto options = edge_fixture::small_options();
  options.web_dir = folder.site();
  edge_fixture edge{options};
  auto client = edge.connect();

  auto index = client.ask(get("/"));
  CHECK(index.status == 200);
  CHECK(index.body == "<!doctype html>");
  CHECK(index.header("Content-Type") == "text/html; charset=utf-8");
  CHECK(index.header("Cache-Control") == "no-cache");
  CHECK(index.header("X-Content-Type-Options") == "nosniff");
  auto etag = index.header("ETag");
  CHECK(client.ask(get("/", "If-None-Match: \"other\", " + etag + "\r\n")).status == 304);
  CHECK(client.ask(get("/", "If-None-Match: W/" + etag + "\r\n")).status == 304);
  CHECK(client.ask(get("/", "If-None-Match: \"other\"\r\n")).status == 200);

  for (auto path : {"/api/docs", "/api/docs/", "/api/docs/index.html"})
    CHECK(client.ask(get(path)).body == "documents");
  CHECK(client.ask(get("/api")).status == 404);
  CHECK(client.ask(get("/api/docs/index.html/")).status == 404);

  auto asset = client.ask(get("/assets/app-4f3kT9_x.js"));
  CHECK(asset.body == "export {}");
  CHECK(asset.header("Cache-Control") == "public, max-age=31536000, immutable");
  CHECK(asset.header("Vary") == "Accept-Encoding");
  auto small = client.ask(get("/assets/app-4f3kT9_x.js", "Accept-Encoding: br, gzip;q=0.8\r\n"));
  CHECK(small.header("Content-Encoding") == "gzip");
  CHECK(small.body == "\x1f\x8b compressed");
  CHECK(client.ask(get("/assets/app-4f3kT9_x.js", "Accept-Encoding: gzip;q=0\r\n")).body == "export {}");

  client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  auto head = client.read_answer(true);
  CHECK(head.status == 200);
  CHECK(head.header("Content-Length") == "15");
  CHECK(client.ask(get("/icon.svg")).header("Content-Type") == "image/svg+xml"); // nothing was left of HEAD's answer

  auto wrong = client.ask("DELETE /icon.svg HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(wrong.status == 405);
  CHECK(wrong.header("Allow") == "GET, HEAD");

  for (auto path :
       {"/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/assets/../../secret.txt", "/link.txt", "/assets",
        "/assets/", "/index.html/", "/./index.html", "/assets/..", "/%2fetc%2fpasswd", "/assets/app-4f3kT9_x.js.gz"}) {
    CAPTURE(path);
    auto answer = client.ask(get(path));
    CHECK(answer.status == 404);
    CHECK(answer.header("Content-Type") == "application/problem+json");
  }
}
