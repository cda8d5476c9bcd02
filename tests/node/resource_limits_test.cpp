#include <doctest/doctest.h>

#include <fstream>

#include <sys/resource.h>

#include "bin/callboard/resource_limits.hpp"
#include "tests/temporary_folder.hpp"

using namespace callboard;

namespace {

/// Files as the system has them, in a folder of one's own.
struct fake_root {
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((path / name).parent_path());
    std::ofstream{path / name} << text;
  }
  std::uint64_t memory() const { return raise_and_read_limits(path).memory_bytes; }

  test::temporary_folder folder;
  const std::filesystem::path& path = folder.path();
};

} // namespace

TEST_CASE("the memory limit is the least of the control group's and of those above it") {
  fake_root root;
  CHECK(root.memory() == 0); // no control groups
  root.write("proc/self/cgroup", "12:pids:/x\n0::/system.slice/callboard.service\n");
  CHECK(root.memory() == 0);
  root.write("sys/fs/cgroup/system.slice/callboard.service/memory.max", "max\n");
  CHECK(root.memory() == 0);
  root.write("sys/fs/cgroup/system.slice/memory.max", "1073741824\n");
  CHECK(root.memory() == 1'073'741'824);
  root.write("sys/fs/cgroup/system.slice/callboard.service/memory.max", "536870912\n");
  CHECK(root.memory() == 536'870'912);
  root.write("sys/fs/cgroup/memory.max", "268435456\n");
  CHECK(root.memory() == 268'435'456);
}

TEST_CASE("in a container the group is the top one") {
  fake_root root;
  root.write("proc/self/cgroup", "0::/\n");
  root.write("sys/fs/cgroup/memory.max", "268435456\n");
  CHECK(root.memory() == 268'435'456);
}

TEST_CASE("the soft limit of descriptors is raised to the hard one") {
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  auto low = before;
  low.rlim_cur = 100;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &low) == 0);
  CHECK(raise_and_read_limits().descriptors == before.rlim_max);
  rlimit after{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &after) == 0);
  CHECK(after.rlim_cur == before.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &before);
}

TEST_CASE("a warning for each bound that cannot be had, and none for those that can") {
  settings options;
  options.connections = 1'000;
  CHECK(resource_warnings(options, {1'256, 0}).empty());
  CHECK(resource_warnings(options, {1'256, (128u << 20) + 6 * 1024 * 1'000}).empty());
  auto few = resource_warnings(options, {1'255, 0});
  REQUIRE(few.size() == 1);
  CHECK(few[0].find("takes 1256 file descriptors, and 1255 are allowed") != std::string::npos);
  auto small = resource_warnings(options, {1'256, 128u << 20});
  REQUIRE(small.size() == 1);
  CHECK(small[0].find("takes 133 MiB of memory while they are idle, and the control group allows 128 MiB") !=
        std::string::npos);
  options.tls_cert = "certificate.pem";
  CHECK(resource_warnings(options, {3'256, 0}).empty());
  CHECK(resource_warnings(options, {3'255, 0}).size() == 1);
}
