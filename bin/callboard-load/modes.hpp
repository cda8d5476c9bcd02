#pragma once

#include "bin/callboard-load/harness.hpp"

#include <memory>

namespace callboard::load {

/// One of these per mode, each in the file of its name (mode_fanout.cpp, ...). `given` must outlive it.
std::unique_ptr<harness> make_fanout(const options& given, const endpoint& server, population people);
std::unique_ptr<harness> make_latency(const options& given, const endpoint& server, population people);
std::unique_ptr<harness> make_ingest(const options& given, const endpoint& server, population people);
std::unique_ptr<harness> make_connect(const options& given, const endpoint& server, population people);
std::unique_ptr<harness> make_idle(const options& given, const endpoint& server, population people);
std::unique_ptr<harness> make_offered(const options& given, const endpoint& server, population people);
std::unique_ptr<harness> make_resume(const options& given, const endpoint& server, population people);

} // namespace callboard::load
