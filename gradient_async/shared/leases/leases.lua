-- Renew a member with all that it holds, give leases up, and take some.
--
-- KEYS  1 members: session -> "expiry digest", the expiry by the server's clock in ms
--       2 leases: account -> "fence:session"
--       3 version of both, 4 whether the session has left
-- ARGV  1 session, 2 time to live in ms, 3 digest of the accounts it knows,
--       4 "1" to join, 5 version that the member has, 6 number of accounts to give up,
--       then those, then those to take
--
-- Running it again with the same arguments changes nothing more.

local members, leases, version = KEYS[1], KEYS[2], KEYS[3]
local session, ttl, digest = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local changed = false

-- Made of the time, so that none comes again after the server has lost its data.
local function increase_version()
  local micros = time[1] * 1000000 + time[2]
  local larger = math.max(micros, (redis.call('GET', version) or 0) + 1)
  redis.call('SET', version, string.format('%.0f', larger))
end

local digests = {}
local all = redis.call('HGETALL', members)
for index = 1, #all, 2 do
  local expiry, known = string.match(all[index + 1], '^(%d+) (.*)$')
  if tonumber(expiry) <= now then
    redis.call('HDEL', members, all[index])
    changed = true
  else
    digests[all[index]] = known
  end
end

-- A command that was cancelled may arrive after its process has left.
local may_join = ARGV[4] == '1' and redis.call('EXISTS', KEYS[4]) == 0
if not digests[session] and not may_join then
  if changed then
    increase_version()
  end
  return {'0'}
end
changed = changed or digests[session] ~= digest
digests[session] = digest
redis.call('HSET', members, session, string.format('%.0f %s', now + ttl, digest))

local function holder_of(account)
  local fence, holder = string.match(redis.call('HGET', leases, account) or '', '^(%d+):(.*)$')
  return fence, holder
end

local take_from = 7 + tonumber(ARGV[6])
for index = 7, take_from - 1 do
  local fence, holder = holder_of(ARGV[index])
  if holder == session then
    redis.call('HSET', leases, ARGV[index], fence .. ':')
    changed = true
  end
end
for index = take_from, #ARGV do
  local fence, holder = holder_of(ARGV[index])
  if not digests[holder or ''] then
    -- It begins with the time, to grow even if the server has lost its data.
    local larger = fence and tonumber(fence) + 1 or tonumber(time[1])
    redis.call('HSET', leases, ARGV[index], string.format('%.0f:%s', larger, session))
    changed = true
  end
end

if changed then
  increase_version()
end
local current = redis.call('GET', version) or '0'
if current == ARGV[5] then
  return {'1', ARGV[5]}
end
local known = {}
for member, its_digest in pairs(digests) do
  known[#known + 1] = member
  known[#known + 1] = its_digest
end
local held = redis.call('HGETALL', leases)
return {'1', current, cjson.encode(known), #held > 0 and cjson.encode(held) or '[]'}
