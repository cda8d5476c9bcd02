// All vectors of Wycheproof for JSON Web Signatures; scripts/fetch-test-vectors puts them in place.

#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <doctest/doctest.h>

#include "adapters/jwt/jwk.hpp"
#include "adapters/jwt/jws.hpp"

using namespace callboard;

namespace {

constexpr const char* path = CALLBOARD_SOURCE_DIR "/build/test-vectors/json_web_signature_test.json";

// What is said of these four is not so, whatever one thinks of the rest.
const std::map<std::int64_t, std::string> mislabelled{
    {367, "called invalid for its padding, but has none: byte for byte it is the valid vector 357"},
    {370, "called invalid for its padding, but has none: byte for byte it is the valid vector 357"},
    {372, "called valid, but its header holds '?', which is no character of base64url (RFC 7515, 5.2, steps 2 and 3)"},
    {373, "called valid, but its payload holds '?', which is no character of base64url (RFC 7515, 5.2, step 6)"},
};

// Keys of algorithms that are not ours, as the vectors name them.
const std::set<std::string> foreign_algorithms{"RS384", "RS512", "PS256", "PS384", "PS512", "ES521"};

struct counts {
  int vectors = 0, accepted = 0, refused = 0, foreign = 0, overridden = 0;
  std::map<std::string, int> accepted_of; // by algorithm
};

boost::json::value read_vectors() {
  std::ifstream file(path);
  if (!file)
    FAIL("there are no vectors in " << path << ": run scripts/fetch-test-vectors");
  return boost::json::parse(std::string(std::istreambuf_iterator<char>(file), {}));
}

std::string text_of(const boost::json::object& from, const char* name) {
  const auto* found = from.if_contains(name);
  return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
}

std::string printed(const counts& found) {
  std::ostringstream line;
  line << "Wycheproof: " << found.vectors << " vectors, " << found.accepted << " accepted (";
  for (const auto& [algorithm, count] : found.accepted_of)
    line << (algorithm == found.accepted_of.begin()->first ? "" : ", ") << algorithm << ' ' << count;
  line << "), " << found.refused << " refused, " << found.foreign << " valid ones of other algorithms refused, "
       << found.overridden << " mislabelled";
  return line.str();
}

} // namespace

TEST_CASE("Wycheproof: every invalid JWS is refused, every valid one of our algorithms accepted") {
  const auto vectors = read_vectors();
  counts found;
  for (const auto& group_value : vectors.at("testGroups").as_array()) {
    const auto& group = group_value.as_object();
    const auto& jwk = (group.contains("public") ? group.at("public") : group.at("private")).as_object();
    const auto key = jwt::key_from_jwk(boost::json::serialize(jwk), "k");
    const auto algorithm = text_of(jwk, "alg");
    for (const auto& test_value : group.at("tests").as_array()) {
      const auto& test = test_value.as_object();
      const auto number = test.at("tcId").as_int64();
      const auto comment = text_of(test, "comment");
      CAPTURE(number);
      CAPTURE(comment);
      ++found.vectors;
      const auto* token = test.at("jws").if_string();
      REQUIRE(token != nullptr);
      const auto result = key ? jwt::verify_compact(*key, *token) : jwt::jws_result(jwt::verify_error::unknown_key);
      const bool is_accepted = std::holds_alternative<jwt::compact_jws>(result);
      bool is_valid = text_of(test, "result") == "valid";
      if (mislabelled.contains(number)) {
        ++found.overridden;
        is_valid = !is_valid;
      }
      if (is_valid && foreign_algorithms.contains(algorithm)) {
        CHECK_FALSE(key);
        ++found.foreign;
        is_valid = false;
      }
      CHECK(is_accepted == is_valid);
      if (is_accepted)
        ++found.accepted_of[algorithm];
      ++(is_accepted ? found.accepted : found.refused);
    }
  }
  MESSAGE(printed(found));
  CHECK(found.vectors == 401);
  CHECK(found.overridden == 4);
  CHECK(found.accepted_of == std::map<std::string, int>{{"ES256", 2}, {"HS256", 10}, {"RS256", 8}});
  CHECK(found.accepted == 20);
  CHECK(found.foreign == 26);
  CHECK(found.refused == 381);
}
