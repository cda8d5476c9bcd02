#include "bin/callboard-cli/chat_lines.hpp"

#include "bin/callboard-cli/times.hpp"
#include "bin/callboard-cli/utf8.hpp"

namespace callboard::cli {

namespace {

std::string clock_mark(const json::value& event, std::string_view key, const colours& paint) {
  const auto time = parse_rfc3339(text_at(event, key));
  return paint.faint('[' + (time ? local_clock(*time) : "--:--") + ']');
}

// Whom a membership event is about: `member` where the actor is another, else the event's user.
std::string subject_of(const json::value& event) {
  for (const std::string_view key : {"member", "user"})
    if (std::string name = text_at(member(event, key), "username"); !name.empty())
      return neutralise(name);
  return "?";
}

std::optional<std::string> describe(const json::value& event, const texts& say, const colours& paint) {
  const std::string type = text_at(event, "type");
  const std::string actor = paint.name(neutralise(text_at(member(event, "user"), "username")));
  if (type == "message.edited")
    return say(text_id::event_edited, actor, neutralise(text_at(event, "text")));
  if (type == "message.deleted")
    return say(text_id::event_deleted, actor);
  if (type == "member.added")
    return say(text_id::event_member_added, paint.name(subject_of(event)));
  if (type == "member.removed")
    return say(text_id::event_member_removed, paint.name(subject_of(event)));
  if (type == "room.renamed")
    return say(text_id::event_room_renamed, neutralise(text_at(event, "name")));
  return std::nullopt;
}

} // namespace

std::optional<std::string> chat_line(const json::value& event, const texts& say, const colours& paint) {
  const std::string start = clock_mark(event, "created_at", paint) + ' ';
  if (text_at(event, "type") == "message") {
    const std::string name = neutralise(text_at(member(event, "user"), "username"));
    const std::string text =
        flag_at(event, "deleted") ? std::string(say(text_id::deleted_text)) : neutralise(text_at(event, "text"));
    return start + paint.name(name) + ": " + text;
  }
  const auto description = describe(event, say, paint);
  if (!description)
    return std::nullopt;
  return start + "* " + *description;
}

std::optional<std::string> personal_line(const json::value& event, const texts& say, const colours& paint) {
  if (text_at(event, "type") != "reminder.fired")
    return std::nullopt;
  const std::string start = clock_mark(event, "fired_at", paint) + " * ";
  return start + say(text_id::reminder_fired, neutralise(text_at(event, "text")));
}

} // namespace callboard::cli
