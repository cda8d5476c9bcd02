#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace callboard::load::test {

/// What a scripted_server does wrong, at the publication of `wrong_at`.
enum class misbehaviour {
  none,
  lose,             ///< the first subscriber never gets it
  duplicate,        ///< the first subscriber gets it twice
  reorder,          ///< the first subscriber gets it after the next one
  refuse_publish,   ///< answered with error 111
  forget,           ///< acknowledged, not stored
  store_twice,      ///< stored under two offsets
  close_connection, ///< the first subscriber's connection is closed with 3008
  garbage,          ///< the first subscriber gets a line that is no JSON
  refuse_connect,   ///< every connect is answered with error 109
  refuse_upgrade,   ///< the WebSocket handshake is answered with 403
  no_recovery,      ///< a subscription with recovery is answered without
  silent,           ///< publications are neither answered nor delivered
};

/// A server of just enough of the protocol to test the load client against: it keeps each channel's publications in
/// memory and misbehaves as told. Runs in a thread of its own on a free loopback port until destroyed.
class scripted_server {
public:
  static constexpr std::uint64_t wrong_at = 20;

  explicit scripted_server(misbehaviour how);
  ~scripted_server();
  scripted_server(const scripted_server&) = delete;
  scripted_server& operator=(const scripted_server&) = delete;

  /// The endpoint to connect to.
  std::string url() const;
  /// How many times a connection was upgraded.
  unsigned upgrades() const { return upgrades_; }

private:
  struct connection {
    int socket = -1;
    bool upgraded = false;
    std::string in;
    std::vector<std::string> channels;
    std::string held; ///< a publication to send after the next one
  };

  void serve();
  void read(connection& from);
  bool upgrade(connection& from);
  void obey(connection& from, const std::string& line);
  void subscribe(connection& from, const std::string& id, const std::string& channel, const std::string& line);
  void publish(connection& from, const std::string& id, const std::string& channel, const std::string& data);
  void deliver(connection& to, const std::string& push, bool wrong);
  void send_line(connection& to, const std::string& line);
  void end(connection& which);

  misbehaviour how_;
  int listener_ = -1;
  std::atomic<bool> stopped_ = false;
  std::atomic<unsigned> upgrades_ = 0;
  std::vector<std::unique_ptr<connection>> connections_;
  std::map<std::string, std::vector<std::string>> logs_; ///< data of each channel's publications, offset 1 first
  std::thread thread_;
};

} // namespace callboard::load::test
