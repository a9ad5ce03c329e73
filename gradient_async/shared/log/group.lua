-- Deliver one entry to a consumer of a group: one that another left, or the next one.
--
-- KEYS  1 events, 2 group: delivered, 3 id of the latest event
-- ARGV  1 group, 2 consumer, 3 "$" or the id after which a new group begins,
--       4 "1" if the group must exist, 5 ms of idleness after which an entry was left
--
-- Returns the number of entries that were lost (-1: the server has lost its data), and the
-- entry, if there is one: id, fields, number of deliveries.

local events, group, consumer = KEYS[1], ARGV[1], ARGV[2]
local lost = 0

local function number_of(id)
  return tonumber(string.match(id, '%-(%d+)$'))
end

local function begin(start)
  redis.call('XGROUP', 'CREATE', events, group, start, 'MKSTREAM')
  local delivered = start == '$' and (redis.call('GET', KEYS[3]) or '0-0') or start
  redis.call('HSET', KEYS[2], 'delivered', number_of(delivered))
end

-- Consumers that are gone, and left nothing.
local function forget_consumers()
  for _, flat in ipairs(redis.call('XINFO', 'CONSUMERS', events, group)) do
    local facts = {}
    for index = 1, #flat, 2 do
      facts[flat[index]] = flat[index + 1]
    end
    if facts.pending == 0 and facts.idle > 10 * ARGV[5] and facts.name ~= consumer then
      redis.call('XGROUP', 'DELCONSUMER', events, group, facts.name)
    end
  end
end

-- XAUTOCLAIM tells neither the number of deliveries nor, before 7.0, which entries are gone.
local left = redis.pcall('XPENDING', events, group, 'IDLE', ARGV[5], '-', '+', 10)
if left.err then
  local is_lost = ARGV[4] == '1' or redis.call('EXISTS', KEYS[2]) == 1
  lost = is_lost and -1 or 0
  begin(is_lost and '0-0' or ARGV[3])
  left = {}
elseif ARGV[4] ~= '1' then
  forget_consumers()
end

for _, pending in ipairs(left) do
  local id = pending[1]
  if #redis.call('XRANGE', events, id, id) == 0 then
    redis.call('XACK', events, group, id)
    lost = lost + 1
  else
    local claimed = redis.call('XCLAIM', events, group, consumer, ARGV[5], id)
    if #claimed > 0 then
      return {lost, id, claimed[1][2], pending[4] + 1}
    end
  end
end

local found = redis.call('XREADGROUP', 'GROUP', group, consumer, 'COUNT', 1, 'STREAMS', events, '>')
if not found then
  return {lost}
end
local id, fields = unpack(found[1][2][1])
local number = number_of(id)
local delivered = tonumber(redis.call('HGET', KEYS[2], 'delivered'))
redis.call('HSET', KEYS[2], 'delivered', number)
if delivered > 0 and lost >= 0 then
  if number > delivered then
    lost = lost + number - delivered - 1
  else
    lost = -1
  end
end
return {lost, id, fields, 1}
