#include <doctest/doctest.h>

#include "adapters/http/rest/admin_networks.hpp"
#include "adapters/http/rest/canonical_json.hpp"
#include "adapters/http/rest/profile_rules.hpp"

#include <boost/json/parse.hpp>

using namespace callboard::http::rest;

TEST_CASE("canonical JSON is one text for one meaning") {
  auto canonical = [](std::string_view text) { return canonical_json(boost::json::parse({text.data(), text.size()})); };
  CHECK(canonical(R"( { "b" : [ 1 , true , null ] , "a" : { "d" : "\u00e9\n" , "c" : {} } } )") ==
        R"({"a":{"c":{},"d":"é\n"},"b":[1,true,null]})");
  CHECK(canonical("{}") == "{}");
  CHECK(canonical("[]") == "[]");
  CHECK(canonical(R"({"a":1})") != canonical(R"({"a":"1"})"));
  CHECK(canonical(R"({"a":"\",\"b\":\""})") != canonical(R"({"a":"","b":""})"));
}

TEST_CASE("language tags have a shape") {
  for (auto tag : {"en", "ru", "pt-BR", "zh-Hant-TW", "ast", "de-1996", "sr-Latn-RS"})
    CHECK(is_language_tag(tag));
  for (auto tag : {"", "e", "engl", "en-", "-en", "en--US", "en_US", "en-a", "en-123456789", "ру", "en US", "12",
                   "en-aaaaaaaa-bbbbbbbb-cccccccc-dddddddd"}) {
    CAPTURE(tag);
    CHECK_FALSE(is_language_tag(tag));
  }
}

TEST_CASE("code points are counted, not bytes") {
  CHECK(count_code_points("") == 0);
  CHECK(count_code_points("abc") == 3);
  CHECK(count_code_points("Ж🎭") == 2);
}

TEST_CASE("operators come from loopback and the networks that are named") {
  admin_networks networks;
  std::string problem;
  CHECK(networks.set({}, problem));
  for (auto address : {"127.0.0.1", "127.255.0.9", "::/64"})
    CHECK(networks.contain(address));
  for (auto address : {"10.0.0.1", "128.0.0.1", "2001:db8::/64", "", "nonsense"}) {
    CAPTURE(address);
    CHECK_FALSE(networks.contain(address));
  }
  CHECK(networks.set({"10.1.0.0/16", "192.0.2.7", "2001:db8:1::/48"}, problem));
  for (auto address : {"10.1.255.3", "192.0.2.7", "2001:db8:1:9::/64", "127.0.0.1"})
    CHECK(networks.contain(address));
  for (auto address : {"10.2.0.1", "192.0.2.8", "2001:db8:2::/64"}) {
    CAPTURE(address);
    CHECK_FALSE(networks.contain(address));
  }
}

TEST_CASE("every IPv4 address is an operator's only if the whole of IPv4 is named") {
  admin_networks networks;
  std::string problem;
  CHECK(networks.set({"::/0"}, problem));
  CHECK(networks.contain("2001:db8::/64"));
  CHECK_FALSE(networks.contain("203.0.113.5"));
  CHECK(networks.set({"0.0.0.0/0"}, problem));
  CHECK(networks.contain("203.0.113.5"));
  CHECK_FALSE(networks.contain("2001:db8::/64"));
}

TEST_CASE("a network that is none is named, and the others count") {
  for (auto bad : {"10.0.0.0/33", "::/129", "10.0.0/8", "host.example", "10.0.0.0/x", "10.0.0.0/-1", "10.0.0.0/", ""}) {
    CAPTURE(bad);
    admin_networks networks;
    std::string problem;
    CHECK_FALSE(networks.set({bad, "10.9.0.0/16"}, problem));
    CHECK(problem.find(bad) != std::string::npos);
    CHECK(networks.contain("10.9.1.1"));
    CHECK_FALSE(networks.contain("203.0.113.5"));
  }
}
