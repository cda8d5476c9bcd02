#pragma once

#include "actors/session.hpp"
#include "tests/actors/token_fakes.hpp"
#include "tests/actors/wire_fakes.hpp"

namespace callboard::test {

/// A connection of user1, whose session has the number 1.
struct session_fixture : deterministic {
  fake<placement_actor> placement{*this};
  fake<mirror_registry_actor> mirrors{*this};
  fake<store_actor> store{*this};
  fake<auth_actor> auth{*this};
  std::unique_ptr<fake<user_actor>> user = std::make_unique<fake<user_actor>>(*this);
  std::shared_ptr<plain_revocations> revocations = std::make_shared<plain_revocations>();
  std::shared_ptr<recording_outlet> out = std::make_shared<recording_outlet>();
  std::shared_ptr<session_config> config = std::make_shared<session_config>();
  std::shared_ptr<message_gate> gate;
  connection_ref connection{1, 2, 3};
  session_actor session;
  std::uint32_t commands = 0;
  bool is_trusted = false;

  void begin() {
    config->store_epoch = "e1";
    auto around = std::make_shared<session_neighbours>();
    around->placement = placement;
    around->mirrors = mirrors;
    around->store = store;
    around->auth = auth;
    around->tokens = std::make_shared<plain_tokens>();
    around->revocations = revocations;
    around->out = out;
    around->wire = std::make_shared<text_codec>();
    around->gate = gate;
    session = start(callboard::session, std::shared_ptr<const session_config>{config},
                    std::shared_ptr<const session_neighbours>{around}, connection, is_trusted);
    settle();
  }
  /// Sends a command under the next number.
  template <class Body>
  void run(Body body) {
    client_commands frame;
    frame.commands.push_back({++commands, std::move(body)});
    send(session, std::move(frame));
  }
  static std::string token(int user_number = 1, int session_number = 1) {
    auto end = std::chrono::duration_cast<std::chrono::milliseconds>(
        (std::chrono::system_clock::now() + 1h).time_since_epoch());
    return std::to_string(user_number) + ':' + std::to_string(session_number) + ':' + std::to_string(end.count());
  }
  void attached(stream_offset tail, bool live = true) {
    user_view view;
    view.id = user_id{1};
    view.username = "user1";
    view.role = role::user;
    attachment_record found{{uuid_of(1), view, live, {}}, tail};
    placement.answer<user_attach>(user_attached{found, caf::actor_cast<caf::strong_actor_ptr>(user->handle())});
  }
  /// Connects as user1 whose personal stream ends at `tail`.
  void connect(stream_offset tail = 0, caf::optional<recovery_request> personal = caf::none) {
    begin();
    run(connect_command{token(), personal});
    attached(tail);
  }
  lines sent() { return out->at(connection).sent; }
  std::string last() { return sent().empty() ? std::string{} : sent().back(); }
  int closed_with() { return out->at(connection).closed_with; }
  personal_batch news(stream_offset first, stream_offset final_one) {
    personal_batch batch;
    for (auto offset = first; offset <= final_one; ++offset) {
      batch.events.emplace_back();
      batch.events.back().offset = offset;
    }
    return batch;
  }
};

} // namespace callboard::test
