#include "tests/actors/fakes.hpp"

namespace callboard::test {

template store_actor spawn_fake<store_actor>(deterministic&, std::shared_ptr<script>);
template log_writer_actor spawn_fake<log_writer_actor>(deterministic&, std::shared_ptr<script>);
template placement_actor spawn_fake<placement_actor>(deterministic&, std::shared_ptr<script>);
template partition_actor spawn_fake<partition_actor>(deterministic&, std::shared_ptr<script>);
template room_actor spawn_fake<room_actor>(deterministic&, std::shared_ptr<script>);
template user_actor spawn_fake<user_actor>(deterministic&, std::shared_ptr<script>);
template room_mirror_actor spawn_fake<room_mirror_actor>(deterministic&, std::shared_ptr<script>);
template mirror_registry_actor spawn_fake<mirror_registry_actor>(deterministic&, std::shared_ptr<script>);
template session_actor spawn_fake<session_actor>(deterministic&, std::shared_ptr<script>);
template event_log_actor spawn_fake<event_log_actor>(deterministic&, std::shared_ptr<script>);
template notifier_actor spawn_fake<notifier_actor>(deterministic&, std::shared_ptr<script>);
template mailer_actor spawn_fake<mailer_actor>(deterministic&, std::shared_ptr<script>);
template hasher_actor spawn_fake<hasher_actor>(deterministic&, std::shared_ptr<script>);
template cache_actor spawn_fake<cache_actor>(deterministic&, std::shared_ptr<script>);
template event_source_actor spawn_fake<event_source_actor>(deterministic&, std::shared_ptr<script>);
template write_connection_actor spawn_fake<write_connection_actor>(deterministic&, std::shared_ptr<script>);

} // namespace callboard::test
