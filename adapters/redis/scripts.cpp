#include "adapters/redis/scripts.hpp"

namespace callboard::redis {
namespace {

// KEYS: marker. ARGV: channel, text, a fresh marker.
constexpr std::string_view beat = R"(
local marker = redis.call('GET', KEYS[1])
if not marker then
  marker = ARGV[3]
  redis.call('SET', KEYS[1], marker)
end
redis.call('PUBLISH', ARGV[1], ARGV[2])
return marker
)";

// KEYS: index of accounts, then failures and reservations of each key by turns. ARGV: lock in ms, life of a reservation
// in ms, its name, most accounts, then the most attempts of each key. Takes one of all keys or of none. Answers {1, 0,
// 0} taken, {0, ms, i} key i (from 0) is locked for so long, {2, 0, 0} all of some key are out.
constexpr std::string_view reserve = R"(
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local lock = tonumber(ARGV[1])
local count = (#KEYS - 1) / 2
local all_out = false
for i = 1, count do
  local failures, reservations = KEYS[2 * i], KEYS[2 * i + 1]
  local known = redis.call('HMGET', failures, 'failed', 'first', 'locked')
  local failed, first, locked = tonumber(known[1]) or 0, tonumber(known[2]) or 0, tonumber(known[3]) or 0
  if locked > now then return {0, locked - now, i - 1} end
  if failed > 0 and now - first > lock then
    redis.call('DEL', failures)
    failed = 0
  end
  redis.call('ZREMRANGEBYSCORE', reservations, '-inf', now)
  if failed + redis.call('ZCARD', reservations) >= tonumber(ARGV[4 + i]) then all_out = true end
end
if all_out then return {2, 0, 0} end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - lock - tonumber(ARGV[2]))
for i = 1, count do
  redis.call('ZADD', KEYS[2 * i + 1], now + tonumber(ARGV[2]), ARGV[3])
  redis.call('PEXPIRE', KEYS[2 * i + 1], ARGV[2])
  redis.call('ZADD', KEYS[1], now, KEYS[2 * i])
end
redis.call('PEXPIRE', KEYS[1], lock + tonumber(ARGV[2]))
while redis.call('ZCARD', KEYS[1]) > tonumber(ARGV[4]) do
  redis.call('DEL', redis.call('ZPOPMIN', KEYS[1])[1])
end
return {1, 0, 0}
)";

// KEYS: failures and reservations of each key by turns. ARGV: the reservation's name, '1' if it failed, lock in ms,
// then the most attempts of each key. Answers for each the ms for which it is locked now, 0 if it is not.
constexpr std::string_view settle = R"(
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local lock = tonumber(ARGV[3])
local answer = {}
for i = 1, #KEYS / 2 do
  local failures, reservations = KEYS[2 * i - 1], KEYS[2 * i]
  redis.call('ZREM', reservations, ARGV[1])
  if ARGV[2] == '1' then
    local failed = redis.call('HINCRBY', failures, 'failed', 1)
    if failed == 1 then redis.call('HSET', failures, 'first', now) end
    if failed >= tonumber(ARGV[3 + i]) then redis.call('HSET', failures, 'locked', now + lock) end
    redis.call('PEXPIRE', failures, lock + 1000)
  end
  local locked = tonumber(redis.call('HGET', failures, 'locked')) or 0
  answer[i] = math.max(0, locked - now)
end
return answer
)";

// KEYS: failures. ARGV: ms for which it is still locked, most attempts, lock in ms. Never shortens a lock.
constexpr std::string_view lock = R"(
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local till = now + tonumber(ARGV[1])
if (tonumber(redis.call('HGET', KEYS[1], 'locked')) or 0) < till then
  redis.call('HSET', KEYS[1], 'failed', ARGV[2], 'first', till - tonumber(ARGV[3]), 'locked', till)
  redis.call('PEXPIRE', KEYS[1], tonumber(ARGV[1]) + 1000)
end
return 1
)";

// KEYS: rate, index of rates. ARGV: how many a minute, most rates. Answers 1 if one was left.
constexpr std::string_view take = R"(
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local most = tonumber(ARGV[1])
local known = redis.call('HMGET', KEYS[1], 'tokens', 'last')
local tokens = most
if known[1] and known[2] then
  tokens = math.min(most, tonumber(known[1]) + math.max(0, now - tonumber(known[2])) / 60000 * most)
end
local taken = 0
if tokens >= 1 then
  tokens = tokens - 1
  taken = 1
end
redis.call('HSET', KEYS[1], 'tokens', string.format('%.9f', tokens), 'last', now)
redis.call('PEXPIRE', KEYS[1], 61000)
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - 61000)
redis.call('ZADD', KEYS[2], now, KEYS[1])
redis.call('PEXPIRE', KEYS[2], 61000)
if redis.call('ZCARD', KEYS[2]) > tonumber(ARGV[2]) then
  redis.call('DEL', redis.call('ZPOPMIN', KEYS[2])[1])
end
return taken
)";

// KEYS: copy, index of copies. ARGV: a fresh lease, its life in ms, most copies, life of a copy in ms. Answers the
// value: 'V' and the bytes; or nothing, and then the lease holds. The latest asker's lease is the one that counts.
constexpr std::string_view find = R"(
local value = redis.call('GET', KEYS[1])
if value and string.sub(value, 1, 1) == 'V' then return value end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('SET', KEYS[1], 'L' .. ARGV[1], 'PX', ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - tonumber(ARGV[4]) - tonumber(ARGV[2]))
redis.call('ZADD', KEYS[2], now, KEYS[1])
redis.call('PEXPIRE', KEYS[2], tonumber(ARGV[4]) + tonumber(ARGV[2]))
if redis.call('ZCARD', KEYS[2]) > tonumber(ARGV[3]) then
  redis.call('DEL', redis.call('ZPOPMIN', KEYS[2])[1])
end
return false
)";

// KEYS: copy. ARGV: the lease, the bytes, life in ms.
constexpr std::string_view keep = R"(
if redis.call('GET', KEYS[1]) ~= 'L' .. ARGV[1] then return 0 end
redis.call('SET', KEYS[1], 'V' .. ARGV[2], 'PX', ARGV[3])
return 1
)";

// KEYS: index of copies, then the copies.
constexpr std::string_view drop = R"(
for i = 2, #KEYS do
  redis.call('DEL', KEYS[i])
  redis.call('ZREM', KEYS[1], KEYS[i])
end
return 1
)";

// KEYS: revoked sessions by the end of their tokens. ARGV: channel, most sessions, now in ms since 1970 (of the node:
// so are the ends), then ends and sessions by turns. The key goes a day after its last entry.
constexpr std::string_view revoke = R"(
local told = {}
for i = 4, #ARGV, 2 do
  local known = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[i + 1])) or 0
  if known < tonumber(ARGV[i]) then redis.call('ZADD', KEYS[1], ARGV[i], ARGV[i + 1]) end
  told[#told + 1] = ARGV[i] .. ' ' .. ARGV[i + 1]
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', tonumber(ARGV[3]) - 60000)
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -1 - tonumber(ARGV[2]))
redis.call('PEXPIRE', KEYS[1], 86400000)
redis.call('PUBLISH', ARGV[1], table.concat(told, '\n'))
return 1
)";

} // namespace

std::string_view text_of(script which) {
  switch (which) {
  case script::beat:
    return beat;
  case script::reserve:
    return reserve;
  case script::settle:
    return settle;
  case script::lock:
    return lock;
  case script::take:
    return take;
  case script::find:
    return find;
  case script::keep:
    return keep;
  case script::drop:
    return drop;
  case script::revoke:
    break;
  }
  return revoke;
}

} // namespace callboard::redis
