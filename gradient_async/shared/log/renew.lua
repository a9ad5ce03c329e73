-- Keep entries with the consumer that handles them.
--
-- KEYS  1 events
-- ARGV  1 group, 2 consumer, then the ids of entries
--
-- An entry that another consumer has taken over stays there. One that was removed from
-- the log grows old, so that the group is told once its consumer is dead.

for index = 3, #ARGV do
  local id = ARGV[index]
  local is_own = #redis.call('XPENDING', KEYS[1], ARGV[1], id, id, 1, ARGV[2]) > 0
  if is_own and #redis.call('XRANGE', KEYS[1], id, id) > 0 then
    redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, id, 'JUSTID')
  end
end
