-- Append events of an account to the log, and save with them what is known by them.
--
-- KEYS  1 leases, 2 account: checkpoint, trouble, progress, 3 events: the stream,
--       4 id of the latest event
-- ARGV  1 account, 2 its lease, 3 progress before, 4 progress after, 5 checkpoint, 6 trouble
--       (an empty one is not changed), 7 ms and 8 number of events to keep,
--       then key, kind and JSON of each event
--
-- The progress names the batch: running it again appends nothing, and neither does an
-- earlier batch that arrives late.

local lease = redis.call('HGET', KEYS[1], ARGV[1]) or ''
if lease ~= ARGV[2] then
  return {'fenced', lease}
end
local progress = redis.call('HGET', KEYS[2], 'progress') or ''
if progress == ARGV[4] then
  return {'done'}
elseif progress ~= ARGV[3] then
  return {'outdated', progress}
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local last_ms, last_number = string.match(redis.call('GET', KEYS[4]) or '', '^(%d+)-(%d+)$')
-- Ids must grow even if the server's clock goes back.
local ms = math.max(now, tonumber(last_ms or 0))
local number = tonumber(last_number or 0)
local id
for index = 9, #ARGV, 3 do
  number = number + 1
  id = string.format('%.0f-%.0f', ms, number)
  redis.call('XADD', KEYS[3], id, 'account', ARGV[1], 'key', ARGV[index],
    'kind', ARGV[index + 1], 'event', ARGV[index + 2])
end
if id then
  redis.call('SET', KEYS[4], id)
  redis.call('XTRIM', KEYS[3], 'MAXLEN', '~', ARGV[8])
  local oldest = string.format('%.0f-0', math.max(0, now - ARGV[7]))
  redis.call('XTRIM', KEYS[3], 'MINID', '~', oldest)
end

redis.call('HSET', KEYS[2], 'progress', ARGV[4])
if ARGV[5] ~= '' then
  redis.call('HSET', KEYS[2], 'checkpoint', ARGV[5])
end
if ARGV[6] ~= '' then
  redis.call('HSET', KEYS[2], 'trouble', ARGV[6])
end
return {'appended'}
