#include <doctest/doctest.h>

#include <atomic>
#include <map>
#include <thread>

#include "tests/http/edge_fixture.hpp"

using namespace callboard;
using namespace callboard::http;
using namespace callboard::http::test;

namespace {

using list_ptr = std::shared_ptr<const std::vector<connection_ref>>;

std::map<std::uint16_t, list_ptr> lists_by_thread(edge_fixture& edge) {
  std::map<std::uint16_t, std::vector<connection_ref>> grouped;
  edge.log->with([&](node_log& seen) {
    for (const auto& each : seen.connections)
      grouped[each.thread].push_back(each);
  });
  std::map<std::uint16_t, list_ptr> lists;
  for (auto& [thread, list] : grouped)
    lists[thread] = std::make_shared<const std::vector<connection_ref>>(std::move(list));
  return lists;
}

} // namespace

TEST_CASE("fan-out to 1,000 connections: everything, once, in order") {
  auto options = edge_fixture::small_options();
  options.ping_interval = std::chrono::hours{1}; // a ping is a frame, too
  edge_fixture edge{options};
  std::vector<socket_client> clients;
  for (int i = 0; i < 1000; ++i)
    clients.push_back(edge.connect_websocket());
  auto lists = lists_by_thread(edge);
  CHECK(lists.size() == 2); // dealt to both threads
  CHECK(lists[0]->size() == lists[1]->size());
  auto out = edge.server.outlet();
  constexpr int messages = 50;
  for (int i = 0; i < messages; ++i)
    for (const auto& [thread, list] : lists)
      out->send_each(thread, list, edge_fixture::text("event " + std::to_string(i)));
  for (auto& client : clients)
    for (int i = 0; i < messages; ++i)
      REQUIRE(client.read_text() == "event " + std::to_string(i));
  // What has left is counted after it has.
  CHECK(eventually([&] { return edge.server.gauges().outgoing_bytes == 0; }));
  CHECK(eventually([&] { return edge.server.gauges().frames_out == 1000 * (messages + 1); }));
  auto gauges = edge.server.gauges();
  CHECK(gauges.websocket_connections == 1000);
  CHECK(gauges.writes < gauges.frames_out); // what came together left together
}

TEST_CASE("each sender's order is kept when several send to one connection") {
  edge_fixture edge;
  auto client = edge.connect_websocket();
  auto to = edge.latest();
  auto out = edge.server.outlet();
  std::vector<std::thread> senders;
  for (int sender = 0; sender < 4; ++sender)
    senders.emplace_back([&, sender] {
      for (int i = 0; i < 500; ++i)
        out->send(to, edge_fixture::text(std::to_string(sender) + " " + std::to_string(i)), 0);
    });
  std::map<int, int> next;
  for (int i = 0; i < 2000; ++i) {
    auto text = client.read_text();
    REQUIRE_FALSE(text.empty());
    auto space = text.find(' ');
    CHECK(next[std::stoi(text)]++ == std::stoi(text.substr(space)));
  }
  for (auto& sender : senders)
    sender.join();
}

TEST_CASE("when an I/O thread does not keep up, its connections are closed with 3008 and may come again") {
  auto options = edge_fixture::small_options();
  options.max_outlet_bytes = 2'000; // some twenty messages
  edge_fixture edge{options};
  auto client = edge.connect_websocket();
  auto out = edge.server.outlet();
  auto to = edge.latest();
  std::atomic<bool> closed = false;
  std::thread sender{[&] {
    while (!closed)
      out->send(to, edge_fixture::text("much"), 0);
  }};
  CHECK(client.read_close() == 3008);
  closed = true;
  sender.join();
  CHECK(edge.server.gauges().slow_closed == 0); // it read: not this connection was slow, but the thread
  auto again = edge.connect_websocket();
  again.send_text("echo here");
  CHECK(again.read_text() == "here");
}

TEST_CASE("a client that does not read is closed with 3008, between frames") {
  auto options = edge_fixture::small_options();
  options.socket_send_buffer = 16 * 1024;
  options.close_timeout = std::chrono::milliseconds{10'000};
  edge_fixture edge{options};
  auto client = edge.connect_websocket(8 * 1024);
  auto to = edge.latest();
  auto out = edge.server.outlet();
  auto bytes = edge_fixture::text(std::string(1000, 'x'));
  for (int i = 0; i < 3000; ++i)
    out->send(to, bytes, 0);
  CHECK(eventually([&] { return edge.server.gauges().slow_closed == 1; }));
  CHECK(eventually([&] { return edge.server.gauges().outgoing_bytes < 64 * 1024; }));
  int whole = 0;
  std::uint16_t code = 0;
  while (auto next = client.read_frame()) {
    if (next->opcode == 8) {
      code = next->close_code();
      break;
    }
    CHECK(next->payload.size() == 1000);
    ++whole;
  }
  CHECK(code == 3008);
  CHECK(whole > 0);
  CHECK(whole < 3000);
  CHECK(eventually([&] { return edge.log->closed == 1; }));
}

TEST_CASE("pages are exempt from the bound and are reported once they have drained") {
  auto options = edge_fixture::small_options();
  options.socket_send_buffer = 16 * 1024;
  edge_fixture edge{options};
  auto client = edge.connect_websocket(8 * 1024);
  auto to = edge.latest();
  auto out = edge.server.outlet();
  auto page = edge_fixture::text(std::string(64 * 1024, 'p'));
  for (std::uint64_t token = 1; token <= 40; ++token) // 2.5 MiB
    out->send_page(to, page, 0, token);
  out->send(to, edge_fixture::text("behind the pages"), 0);
  CHECK(eventually([&] { return edge.server.gauges().outgoing_bytes > (2u << 20); }));
  CHECK(edge.log->with([](node_log& seen) { return seen.drained.empty(); }));
  for (int i = 0; i < 40; ++i)
    REQUIRE(client.read_text().size() == 64 * 1024);
  CHECK(client.read_text() == "behind the pages");
  CHECK(eventually([&] { return edge.log->with([](node_log& seen) { return seen.drained.size() == 40; }); }));
  CHECK(edge.server.gauges().slow_closed == 0);
  out->send_page(to, nullptr, 0, 99);
  CHECK(eventually([&] { return edge.log->with([](node_log& seen) { return seen.drained.back() == 99; }); }));
}

TEST_CASE("a page that makes no progress at all is given up after its time") {
  auto options = edge_fixture::small_options();
  options.socket_send_buffer = 16 * 1024;
  options.page_timeout = std::chrono::milliseconds{200};
  options.close_timeout = std::chrono::milliseconds{200};
  edge_fixture edge{options};
  auto client = edge.connect_websocket(8 * 1024);
  edge.server.outlet()->send_page(edge.latest(), edge_fixture::text(std::string(4u << 20, 'p')), 0, 1);
  CHECK(eventually([&] { return edge.log->closed == 1; }));
  CHECK(eventually([&] { return edge.server.gauges().websocket_connections == 0; }));
  CHECK(edge.server.gauges().slow_closed == 1);
  CHECK(edge.log->with([](node_log& seen) { return seen.drained.empty(); }));
}

TEST_CASE("without credits the socket is not read, and nothing is lost when they come back") {
  auto options = edge_fixture::small_options();
  options.max_unanswered_commands = 8;
  edge_fixture edge{options};
  auto client = edge.connect_websocket();
  auto to = edge.latest();
  auto count = [&] { return edge.log->with([](node_log& seen) { return seen.commands.size() - 1; }); };
  // One frame at a time, so that no more than one is read beyond the bound.
  for (std::size_t i = 1; i <= 8; ++i) {
    client.send_text("held " + std::to_string(i));
    REQUIRE(eventually([&] { return count() == i; }));
  }
  constexpr std::size_t more = 200;
  for (std::size_t i = 9; i <= 8 + more; ++i)
    client.send_text("held " + std::to_string(i));
  // Another connection of the same thread is served meanwhile: its answer shows that the thread came by.
  auto other = edge.connect_websocket();
  auto third = edge.connect_websocket();
  for (int i = 0; i < 50; ++i)
    for (auto* each : {&other, &third}) {
      each->send_text("echo x");
      CHECK(each->read_text() == "x");
    }
  auto held = edge.log->with([](node_log& seen) {
    return std::count_if(seen.commands.begin(), seen.commands.end(),
                         [](const std::string& text) { return text.starts_with("held"); });
  });
  CHECK(held == 8);
  auto out = edge.server.outlet();
  auto arrived = [&] {
    return edge.log->with([](node_log& seen) {
      std::vector<std::string> texts;
      for (const auto& text : seen.commands)
        if (text.starts_with("held"))
          texts.push_back(text);
      return texts;
    });
  };
  std::size_t answered = 0;
  while (answered < 8 + more) {
    REQUIRE(eventually([&] { return arrived().size() > answered; }));
    auto now = arrived().size();
    out->send(to, nullptr, static_cast<unsigned>(now - answered));
    answered = now;
  }
  auto texts = arrived();
  REQUIRE(texts.size() == 8 + more);
  for (std::size_t i = 0; i < texts.size(); ++i)
    CHECK(texts[i] == "held " + std::to_string(i + 1));
}

TEST_CASE("messages that have no answer take no credits") {
  auto options = edge_fixture::small_options();
  options.max_unanswered_commands = 4;
  edge_fixture edge{options};
  auto client = edge.connect_websocket();
  for (int i = 0; i < 50; ++i)
    client.send_text("send");
  client.send_text("echo through");
  CHECK(client.read_text() == "through");
}
