-- Takes entries out of the ingest stream that are in their inboxes; after positions.lua. KEYS[1] ingest stream; ARGV the entries
local stream = KEYS[1]
local taken_out = redis.call('XACK', stream, 'bellhop', unpack(ARGV))
-- why not XDEL for all: it looks for each entry from the beginning of its block, and trimming drops whole blocks. What lies before the
-- oldest entry that is pending has been taken and is done. That holds only if the group still knew each of these entries: one that
-- was made anew has entries before them that nobody has taken yet.
local pending = taken_out == #ARGV and redis.pcall('XPENDING', stream, 'bellhop')
if not pending or pending.err then -- also where the rights are those of an older version
  return redis.call('XDEL', stream, unpack(ARGV))
end
local first = pending[2]
local later = {}
if first then
  for _, entry in ipairs(ARGV) do
    if is_after(entry, first) then
      later[#later + 1] = entry
    end
  end
else
  local newest = ARGV[1]
  for _, entry in ipairs(ARGV) do
    if is_after(entry, newest) then
      newest = entry
    end
  end
  local millis, number = string.match(newest, '^(%d+)-(%d+)$')
  first = string.format('%s-%.0f', millis, number + 1)
end
if #later < #ARGV then
  local trimmed = redis.pcall('XTRIM', stream, 'MINID', first)
  if type(trimmed) == 'table' then
    later = ARGV
  end
end
if #later > 0 then
  redis.call('XDEL', stream, unpack(later))
end
return taken_out
