-- Count what a process reports, and grant it slots for requests of one token.
-- KEYS: the log, the processes, the facts. ARGV[1]: a PacingRequest in JSON.
--
-- The log has one member per slot, whose score is when the request ended; one that is
-- in flight ends at the latest when its slot expires, so a dead process needs no care.
-- The processes have what they wait for, and how many slots each was given: its turn.
local log, processes, facts = KEYS[1], KEYS[2], KEYS[3]
local ask = cjson.decode(ARGV[1])
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
-- A server that hung runs it when nobody waits for the slots.
if type(ask.valid_until) == 'number' and ask.valid_until < now then
  return cjson.encode({ now = now, is_late = true })
end
local longest = ask.windows[#ask.windows]

local function exact(seconds)
  return string.format('%.6f', seconds)
end

local function member(number)
  return ask.process .. ':' .. string.format('%d', number)
end

local function count_reported()
  for _, number in ipairs(ask.report.unsent) do
    redis.call('ZREM', log, member(number))
  end
  for _, number in ipairs(ask.report.held) do
    redis.call('ZADD', log, exact(now + ask.slot_seconds), member(number))
  end
  for _, ended in ipairs(ask.report.ended) do
    redis.call('ZADD', log, exact(now - ended[2]), member(ended[1]))
  end
  local counting = longest and longest[2] or 0
  redis.call('ZREMRANGEBYSCORE', log, '-inf', exact(now - counting))
end

local known = redis.call('HMGET', facts, 'epoch', 'blocked', 'foreign', 'until', 'turn')
-- Known to processes that have seen it: another one means that the data was lost.
local epoch = known[1] or exact(now)
local blocked = tonumber(known[2] or 0)
local foreign, foreign_until = tonumber(known[3] or 0), tonumber(known[4] or 0)
local latest_turn = tonumber(known[5] or 0)

count_reported()
local total = redis.call('ZCARD', log)
if ask.block > 0 then
  blocked = math.max(blocked, now + ask.block)
end
if type(ask.limits) == 'table' and longest then
  foreign = math.max(0, longest[1] - total - ask.limits[1])
  foreign_until = now + ask.limits[2]
end
if foreign_until <= now then
  foreign = 0
end

-- What each window counts, and the room that all of them have.
local windows, room = {}, math.huge
local in_flight = redis.call('ZCOUNT', log, '(' .. exact(now), '+inf')
for place, window in ipairs(ask.windows) do
  local limit, seconds = window[1], window[2]
  local count = redis.call('ZCOUNT', log, '(' .. exact(now - seconds), '+inf')
  local others = place == #ask.windows and foreign or 0
  windows[place] = {
    limit = limit, seconds = seconds, count = count, others = others,
    room = limit - count - others,
  }
  room = math.min(room, windows[place].room)
end
if blocked > now then
  room = 0
end

-- When a window has `missing` fewer requests.
local function freed_at(window, missing)
  local freed = foreign_until
  local rank = total - window.count + math.min(missing, window.count) - 1
  if window.count > 0 and (window.others == 0 or missing <= window.count) then
    local score = tonumber(redis.call('ZRANGE', log, rank, rank, 'WITHSCORES')[2])
    freed = score + window.seconds
    if score > now then
      -- It may have ended long ago, and its process not have reported that yet.
      local granted = score - ask.slot_seconds
      local pause = math.max(window.seconds / 10, (now - granted) / 2)
      freed = math.max(granted + window.seconds, now + pause)
    end
  elseif window.others == 0 then
    freed = now + window.seconds
  end
  return window.others > 0 and math.min(freed, foreign_until) or freed
end

-- Before that there is certainly no room, whatever those in flight turn out to be.
local function certain_at(given)
  local certain = math.max(now, blocked)
  for _, window in ipairs(windows) do
    local missing = window.count - in_flight - window.limit + 1
    if in_flight + given == 0 then
      missing = missing + window.others
    end
    if missing > 0 then
      certain = math.max(certain, freed_at(window, missing))
    end
  end
  return certain
end

local own = { turn = 0, want = 0, claim = 0 }
local rivals, alive = {}, 1
local function read_processes()
  local all = redis.call('HGETALL', processes)
  for place = 1, #all, 2 do
    local name, state = all[place], cjson.decode(all[place + 1])
    state.name = name
    if name == ask.process then
      own = state
    elseif now - state.seen > ask.lately then
      redis.call('HDEL', processes, name)
    else
      alive = alive + 1
      if state.want > 0 and state.claim > now then
        rivals[#rivals + 1] = state
      end
    end
  end
  if own.want == 0 or own.claim <= now then
    -- What it did not want is no credit, but for its share of one short window.
    local credit = windows[1] and windows[1].limit / alive or 0
    own.turn = math.max(own.turn, latest_turn - math.floor(credit))
  end
end

-- How many slots a rival gets before this process gets its `number`th.
local function ahead(rival, number)
  local before = own.turn + number - 1 - rival.turn
  if rival.name < ask.process then
    before = before + 1
  end
  return math.max(0, math.min(rival.want, before))
end

local function needed(number)
  local sum = number
  for _, rival in ipairs(rivals) do
    sum = sum + ahead(rival, number)
  end
  return sum
end

-- When to come for the next slot, if no process ahead lets its claim lapse.
local function due_at(number)
  local due, missing = blocked, needed(number)
  for _, window in ipairs(windows) do
    if window.room < missing then
      due = math.max(due, freed_at(window, missing - window.room))
    end
  end
  if room > 0 then
    for _, rival in ipairs(rivals) do
      if ahead(rival, number) > 0 then
        due = math.min(due, rival.claim)
      end
    end
  end
  return due
end

read_processes()
local is_stranger = ask.epoch ~= '' and ask.epoch ~= epoch
local granted, wait = 0, nil
if not is_stranger then
  while granted < ask.want and needed(granted + 1) <= room do
    granted = granted + 1
  end
  if granted < ask.want then
    wait = math.max(0, due_at(granted + 1) - now)
  end
end
own.turn = own.turn + granted
if granted > 0 then
  latest_turn = math.max(latest_turn, own.turn - 1)
end

-- A few slots more save scripts, where nobody misses them.
local is_quiet = granted > 0 and granted == ask.want and #rivals == 0
for _, window in ipairs(windows) do
  is_quiet = is_quiet and window.room - granted - ask.spare >= window.limit / 2
end
local given = is_quiet and granted + ask.spare or granted
for number = ask.first, ask.first + given - 1 do
  redis.call('ZADD', log, exact(now + ask.slot_seconds), member(number))
end

redis.call('HSET', processes, ask.process, cjson.encode({
  seen = now, want = ask.want - granted, turn = own.turn,
  claim = wait and now + wait + ask.grace or 0,
}))
redis.call('HSET', facts, 'epoch', epoch, 'blocked', exact(blocked),
  'foreign', foreign, 'until', exact(foreign_until), 'turn', latest_turn)
local counting = longest and longest[2] or 0
local kept = math.ceil((counting + ask.slot_seconds + ask.lately) * 1000)
for _, key in ipairs(KEYS) do
  redis.call('PEXPIRE', key, kept)
end

local rooms
for place, window in ipairs(windows) do
  rooms = rooms or {}
  rooms[place] = window.room - given
end
return cjson.encode({
  now = now, epoch = epoch, granted = given, wait = wait, room = rooms,
  certain_wait = certain_at(given) - now, blocked = math.max(0, blocked - now),
  processes = alive, rivals = #rivals,
})
