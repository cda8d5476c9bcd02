#include "tests/contract/store_fixture.hpp"

namespace callboard::contract {

using namespace std::chrono_literals;

void store_fixture::claim_all(unsigned partitions) {
  claim_partitions claim;
  claim.owner = "node";
  for (unsigned i = 0; i < partitions; ++i)
    claim.partitions.push_back(static_cast<partition_id>(i));
  epochs = perform(claim);
}

user_id store_fixture::add_user(const std::string& username, role as) {
  register_user form;
  form.username = username;
  form.email = username + "@example.com";
  form.full_name = "Full " + username;
  form.password_hash = "hash of " + username;
  form.role = as;
  return perform(form).id;
}

create_room store_fixture::room_of(user_id creator, const std::vector<user_id>& members, room_kind kind) {
  create_room form;
  form.guard = guard_of(creator);
  form.creator = creator;
  form.name = "the room";
  form.kind = kind;
  for (auto user : members)
    form.members.push_back({user, "", member_role::member, {}});
  return form;
}

room_id store_fixture::add_room(user_id creator, const std::vector<user_id>& members, room_kind kind) {
  return perform(room_of(creator, members, kind)).id;
}

append_events store_fixture::message(room_id room, user_id actor, const std::string& text, const std::string& key) {
  room_event event;
  event.actor = actor;
  event.text = text;
  event.key = key;
  return {guard_of(room), room, {event}};
}

stream_offset store_fixture::say(room_id room, user_id actor, const std::string& text, const std::string& key) {
  return perform(message(room, actor, text, key)).at(0).offset;
}

open_session store_fixture::session_for(user_id user, std::uint8_t number) {
  open_session form;
  form.session = numbered_uuid(number);
  form.user = user;
  form.refresh_hash = "generation 1";
  form.device = "device";
  form.address = "192.0.2.1";
  form.now = now;
  form.idle_expires_at = now + 1h;
  form.absolute_expires_at = now + 24h;
  return form;
}

reminder_record store_fixture::add_reminder(user_id owner, const std::string& text, timestamp at) {
  create_reminder form;
  form.guard = guard_of(owner);
  form.reminder.owner = owner;
  form.reminder.text = text;
  form.reminder.due_at = form.reminder.next_at = at;
  form.reminder.timezone = "UTC";
  return perform(form);
}

std::vector<domain_event> store_fixture::events_of(const std::string& key, const std::string& type) {
  std::vector<domain_event> found;
  for (auto& event : ask(read_outbox{partition_of(key), 0, 10'000}))
    if (event.key == key && event.type == type)
      found.push_back(event);
  return found;
}

uuid numbered_uuid(std::uint8_t number) {
  uuid id;
  id.bytes[15] = number;
  id.bytes[0] = 1;
  return id;
}

} // namespace callboard::contract
