#pragma once

#include <memory>
#include <vector>

#include "adapters/sql/work.hpp"

namespace callboard::sql {

/// The statements by which a database counts a batch of events: a few, however many events. Without state.
class counting_forms {
public:
  struct figure_sum {
    day_number day{};
    figure number{};
    std::int64_t total = 0;
  };
  struct room_sum {
    day_number day{};
    room_id room{};
    std::int64_t messages = 0;
  };
  struct active_user {
    day_number day{};
    user_id user{};
  };

  virtual ~counting_forms() = default;
  /// Keeps the ids for this consumer and answers those that it did not have yet, in any order.
  virtual std::vector<event_id> keep_ids(work& unit, const std::string& consumer, partition_id partition,
                                         const std::vector<counted_event>& events) = 0;
  virtual void add_figures(work& unit, partition_id partition, const std::vector<figure_sum>& sums) = 0;
  virtual void add_messages(work& unit, partition_id partition, const std::vector<room_sum>& sums) = 0;
  /// Leaves out users whose accounts are gone; none can go until the transaction has ended.
  virtual void add_users(work& unit, partition_id partition, const std::vector<active_user>& users) = 0;
};

events_counted apply(work& unit, const count_events& op);
std::uint32_t apply(work& unit, const forget_counted& op);
done apply(work& unit, const tell_refused_login& op);
done apply(work& unit, const tell_notification& op);
std::vector<log_position> answer(reading& from, const get_log_positions& question);
analytics_report answer(reading& from, const get_analytics& question);

/// Takes a user out of the days on which they were active; each day remembers one more whose account is gone.
void forget_activity(work& unit, user_id user);

} // namespace callboard::sql
