-- Keeps messages on one board and announces each: all of them, in this order, or none.
-- KEYS[1] board (stream): frame, at (when it was kept, ms), expires (ms, if it does); KEYS[2] marks (hash): of each ingest stream
--   the newest entry that was taken; [3] and on: keys that remember idempotency ids
-- ARGV[1] retention in ms, [2] where to announce, [3] most messages kept, [4] how long an id is remembered in ms, [5] the mark of the ingest
--   stream; then for each message four: which
--   of KEYS remembers its idempotency id, or 0; id of its entry in the ingest stream, or ''; expiry in ms, or 0, or '+' and how many ms
--   from now; frame
-- Returns for each its place; '=' before it if it had been kept already; '-' if it has expired. Then, if an announcement was refused, '!'
-- and why.
--
-- Nothing here fails halfway: what may be refused comes first, and announcing last.
local board, marks, retention, channel, most, remember = KEYS[1], KEYS[2], tonumber(ARGV[1]), ARGV[2], ARGV[3], ARGV[4]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local source = ARGV[5]
local newest = redis.call('HGET', marks, source) or nil
local ingested = newest
local last = redis.call('XREVRANGE', board, '+', '-', 'COUNT', 1)[1]
local before = last and last[1] or '0-0'
local places = remembered(3, #KEYS)

local result, announced = {}, {}
for i = 6, #ARGV, 4 do
  local id_key, entry, expires, frame = tonumber(ARGV[i]), ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  expires = expiry(expires, now)
  local is_taken = entry ~= '' and newest and not is_after(entry, newest)
  if entry ~= '' and not is_taken then
    newest = entry
  end
  local place = not_kept(is_taken, places[id_key], expires, now)
  if not place then
    local till = expires and string.format('%.0f', expires) or '0'
    local added = redis.pcall('XADD', board, 'MAXLEN', most, '*', 'frame', frame, 'at', string.format('%.0f', now), 'expires', till)
    if type(added) == 'table' then
      return added
    end
    place = added
    if id_key > 0 then
      places[id_key] = place
      redis.call('SET', KEYS[id_key], place, 'PX', remember)
    end
    announced[#announced + 1] = 'b' .. before .. ' ' .. place .. ' ' .. till .. ' ' .. frame
    before = place
  end
  result[#result + 1] = place
end

if newest ~= ingested then
  redis.call('HSET', marks, source, newest)
end
redis.call('PEXPIRE', marks, retention)
if #announced > 0 then
  -- what is older than the retention goes, some at a time; the key's own expiry takes the rest
  for _, old in ipairs(redis.call('XRANGE', board, '-', string.format('%.0f', now - retention), 'COUNT', 20)) do
    redis.call('XDEL', board, old[1])
  end
  redis.call('PEXPIRE', board, retention)
end
local how, name = parted(channel)
announce(how, name, announced, #announced, result)
return result
