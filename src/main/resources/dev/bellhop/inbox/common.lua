-- What every script of an inbox begins with. All keys are one user's and so share one slot.
-- KEYS[1] inbox (stream), KEYS[2] marks (hash: last, run, until, ingested, delivered, read); ARGV[1] retention in ms
local inbox, marks, retention = KEYS[1], KEYS[2], tonumber(ARGV[1])

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- A position's two numbers. Epochs are milliseconds, below 2^53, so Lua's numbers hold them exactly.
local function split(position)
  local epoch, offset = string.match(position, '^(%d+)-(%d+)$')
  return tonumber(epoch), tonumber(offset)
end

local function is_after(a, b)
  local a_epoch, a_offset = split(a)
  local b_epoch, b_offset = split(b)
  return a_epoch > b_epoch or (a_epoch == b_epoch and a_offset > b_offset)
end

-- The end of the inbox: the newest message's position, or <epoch>-0 where the epoch has none yet.
-- Begins a new epoch when Redis may have lost what had been numbered: it is another process than the one that numbered
-- (restarted from disk, or a replica that took over), or the stream is gone while the marks are not, and before its time.
local function inbox_end()
  local run = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
  local known = redis.call('HMGET', marks, 'last', 'run', 'until')
  local last = known[1]
  local exists = redis.call('EXISTS', inbox) == 1
  local aged = known[3] and tonumber(known[3]) <= now -- all it held was older than the retention
  if last and known[2] == run and (exists or aged or string.sub(last, -2) == '-0') then
    return last
  end
  local epoch = now
  if last then
    epoch = math.max(epoch, (split(last)) + 1)
  end
  if exists then
    local info = redis.call('XINFO', 'STREAM', inbox)
    for i = 1, #info, 2 do
      if info[i] == 'last-generated-id' then
        epoch = math.max(epoch, (split(info[i + 1])) + 1)
      end
    end
  end
  last = string.format('%.0f-0', epoch)
  redis.call('HSET', marks, 'last', last, 'run', run)
  redis.call('PEXPIRE', marks, retention)
  return last
end

-- One field of a stream entry, or nil.
local function field(entry, name)
  local fields = entry[2]
  for i = 1, #fields, 2 do
    if fields[i] == name then
      return fields[i + 1]
    end
  end
end

-- Drops what is older than the retention, some at a time; the key's own expiry takes the rest.
local function drop_old()
  for _ = 1, 20 do
    local first = redis.call('XRANGE', inbox, '-', '+', 'COUNT', 1)[1]
    if not first or tonumber(field(first, 'at')) > now - retention then
      return
    end
    redis.call('XDEL', inbox, first[1])
  end
end

local function is_expired(entry)
  local expires = field(entry, 'expires')
  return (expires and tonumber(expires) <= now) or tonumber(field(entry, 'at')) <= now - retention
end

-- How many messages lie after the read mark.
local function unread(last, read)
  local kept = redis.call('XLEN', inbox)
  if not read or kept == 0 then
    return kept
  end
  local last_epoch, last_offset = split(last)
  local read_epoch, read_offset = split(read)
  if last_epoch == read_epoch then
    return math.max(0, math.min(kept, last_offset - read_offset))
  end
  return #redis.call('XRANGE', inbox, '(' .. read, '+')
end
