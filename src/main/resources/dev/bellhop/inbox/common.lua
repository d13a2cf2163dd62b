-- What every script of an inbox begins with, after positions.lua. All keys of a user share one slot.
-- inbox (stream): frame, at (when it was kept, ms), expires (ms, if it does)
-- marks (hash): last (the newest position), base (how many were kept in earlier epochs; base:<epoch> what it was in those),
--         replid (which Redis numbered), until, oldest, delivered, read, read_n (how many were kept up to what is read)
-- ARGV[1] retention in ms
--
-- A message's number counts a user's messages through all epochs, without holes: base and offset together. The inbox holds the
-- newest of them. So it is a subtraction how many lie after a mark, or have been trimmed.
local retention = tonumber(ARGV[1])
-- why keys live somewhat longer than messages: so their expiry need not be moved with each message
local lifetime = retention + math.min(3600000, math.floor(retention / 16))

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- Of the user whose inbox is open:
local inbox, marks
local known -- what the marks were: last, base, replid, until, oldest, and what else was asked for
-- The end of the inbox: the newest message's position, or <epoch>-0 where the epoch has none yet; and its number.
local epoch, offset, base, count
local start -- the epoch and a hyphen
local kept -- how many messages the inbox holds, once that has been counted

local replid -- which Redis this is; asked for once in a call

-- Opens a user's inbox. Of the marks it reads also those that are named.
local function open(inbox_key, marks_key, ...)
  inbox, marks, kept = inbox_key, marks_key, nil
  known = redis.call('HMGET', marks, 'last', 'base', 'replid', 'until', 'oldest', ...)
  epoch, offset, base, count = nil, nil, tonumber(known[2] or nil), nil
  if known[1] then
    local text, number = string.match(known[1], '^(%d+)-(%d+)$')
    epoch, offset = tonumber(text), tonumber(number)
    if epoch and epoch >= 2 ^ 53 then
      epoch = nil -- nothing of ours
    end
    start = text and text .. '-'
  end
  if epoch and base then
    count = base + offset
  end
end

-- How many messages the inbox holds. Counted when first asked for: keeping a message mostly needs no count.
local function holds()
  kept = kept or redis.call('XLEN', inbox)
  return kept
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

local function has_stream()
  return holds() > 0 or redis.call('EXISTS', inbox) == 1
end

-- The newest id that the stream has ever given.
local function generated()
  local info = redis.call('XINFO', 'STREAM', inbox)
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then
      return split(info[i + 1])
    end
  end
end

-- Remembers an epoch's base for as long as the inbox may hold messages of it.
local function remember_base(of, was)
  local first = redis.call('XRANGE', inbox, '-', '+', 'COUNT', 1)[1]
  local from = first and split(first[1])
  local all = redis.call('HGETALL', marks)
  for i = 1, #all, 2 do
    local old = tonumber(string.match(all[i], '^base:(%d+)$') or nil)
    if old and (not from or old < from) then
      redis.call('HDEL', marks, all[i])
    end
  end
  if from and of >= from then
    redis.call('HSET', marks, string.format('base:%.0f', of), was)
  end
end

local function begin_epoch(replid)
  local after, newest = epoch or 0, count or holds()
  if has_stream() then
    after = math.max(after, (generated()))
  end
  if math.max(now, after + 1) >= 2 ^ 53 then
    error({ err = 'DAMAGED the inbox has an id beyond all time, which Bellhop did not give' })
  end
  if epoch then
    remember_base(epoch, newest - offset)
  elseif holds() > 0 then
    local last_epoch, last_offset = split(redis.call('XREVRANGE', inbox, '+', '-', 'COUNT', 1)[1][1])
    remember_base(last_epoch, newest - last_offset)
  end
  epoch, offset, base, count = math.max(now, after + 1), 0, newest, newest
  start = string.format('%.0f-', epoch)
  redis.call('HSET', marks, 'last', join(epoch, 0), 'base', base, 'replid', replid)
  redis.call('PEXPIRE', marks, lifetime)
end

-- Whether nothing is lost if there is no stream: nothing was in it, or all it held was older than the retention.
local function may_be_gone()
  return offset == 0 or known[4] and tonumber(known[4]) <= now
end

-- Begins a new epoch when Redis may have lost what had been numbered: it is not the one that numbered (restarted from disk, or a
-- replica that took over: each of these has another replication id, and one that takes over again has yet another), or the
-- stream is gone while the marks are not, and before its time. With unseen the caller finds out itself whether the stream is there.
local function find_end(unseen)
  replid = replid or string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)')
  if not epoch or not count or known[3] ~= replid or not (unseen or holds() > 0 or may_be_gone() or has_stream()) then
    begin_epoch(replid)
  end
end

-- The stream is ahead of the marks: goes on behind it, so that no position is given twice.
local function catch_up()
  local stream_epoch, stream_offset = generated()
  if stream_epoch == epoch then
    offset, count = stream_offset, base + stream_offset
  else
    begin_epoch(known[3])
  end
end

-- How many messages had been kept up to a position.
local function number_at(position)
  local at_epoch, at_offset = split(position)
  if at_epoch == epoch then
    return math.min(count, base + at_offset)
  end
  local entry = redis.call('XREVRANGE', inbox, position, '-', 'COUNT', 1)[1]
  if entry then
    at_epoch, at_offset = split(entry[1])
    local its_base = tonumber(redis.call('HGET', marks, string.format('base:%.0f', at_epoch)) or nil)
    if its_base then
      return its_base + at_offset
    end
  end
  return count - holds()
end

-- Drops what is older than the retention, some at a time; the key's own expiry takes the rest.
local function drop_old()
  local oldest = tonumber(known[5] or 0)
  if oldest > now - retention then
    return
  end
  for _ = 1, 20 do
    local first = redis.call('XRANGE', inbox, '-', '+', 'COUNT', 1)[1]
    oldest = first and tonumber(field(first, 'at') or 0) or now
    if oldest > now - retention then
      break
    end
    local dropped = redis.call('XDEL', inbox, first[1])
    kept = kept and kept - dropped
  end
  redis.call('HSET', marks, 'oldest', oldest)
end

local function is_expired(entry)
  local expires = tonumber(field(entry, 'expires') or 0)
  return (expires > 0 and expires <= now) or tonumber(field(entry, 'at') or 0) <= now - retention
end
