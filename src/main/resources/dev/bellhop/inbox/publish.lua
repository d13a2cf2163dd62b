-- Keeps messages for one user and announces each: all of them, in this order, or none.
-- ARGV[2] channel, [3] most messages kept, [4] how long an id is remembered in ms; then for each message four:
--   key that remembers its idempotency id, or ''; id of its entry in the ingest stream, or ''; expiry in ms, or 0; frame
-- Returns for each its position; '=' before it if it had been kept already; '-' if it has expired.
local channel, most, remember = ARGV[2], ARGV[3], ARGV[4]
local last = inbox_end()
local epoch, offset = split(last)
local ingested = redis.call('HGET', marks, 'ingested')
local before, ingested_before = last, ingested
local result = {}
for i = 5, #ARGV, 4 do
  local id_key, entry, expires, frame = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  local kept = nil
  if entry ~= '' then
    -- one node at a time reads the stream, in its order: what is not after the newest entry taken has been taken
    if ingested and not is_after(entry, ingested) then
      kept = '='
    else
      ingested = entry
    end
  end
  if not kept and id_key ~= '' then
    local known = redis.call('GET', id_key)
    kept = known and '=' .. known
  end
  if not kept and tonumber(expires) > 0 and tonumber(expires) <= now then
    kept = '-'
  end
  if not kept then
    offset = offset + 1 -- why not <epoch>-*: Redis would begin with 0, which means none here
    last = string.format('%.0f-%.0f', epoch, offset)
    if expires == '0' then
      redis.call('XADD', inbox, 'MAXLEN', most, last, 'frame', frame, 'at', now)
    else
      redis.call('XADD', inbox, 'MAXLEN', most, last, 'frame', frame, 'at', now, 'expires', expires)
    end
    kept = last
    if id_key ~= '' then
      redis.call('SET', id_key, last, 'PX', remember)
    end
    redis.call('PUBLISH', channel, 'm' .. last .. ' ' .. expires .. ' ' .. frame)
  end
  result[#result + 1] = kept
end
if last ~= before then
  local till = string.format('%.0f', now + retention)
  redis.call('HSET', marks, 'last', last, 'until', till)
  drop_old()
  redis.call('PEXPIREAT', inbox, till)
end
if ingested ~= ingested_before then
  redis.call('HSET', marks, 'ingested', ingested)
end
redis.call('PEXPIRE', marks, retention)
return result
