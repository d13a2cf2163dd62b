-- Takes entries out of the ingest stream that are in their inboxes; after positions.lua and lease.lua. KEYS[1] ingest stream, KEYS[2] lease;
-- ARGV[1] node, [2] the newest entry that it has taken, [3] the id before which everything is done, [4] how many of the entries lie
-- before that, [5] and on: the entries, these first
-- Returns how many were taken out.
local stream, taken, before = KEYS[1], ARGV[2], tonumber(ARGV[4])
local holder, cursor = held(KEYS[2])
local first, out = 5, 0
-- why not XDEL for all: it looks for each entry from the beginning of its block, and trimming drops whole blocks. That is safe only as long as Redis
-- knows how far this node has come: one that has lost its newest data has other entries there, which nobody has taken yet.
if before > 0 and holder == ARGV[1] and cursor and not is_after(taken, cursor) then
  local trimmed = redis.pcall('XTRIM', stream, 'MINID', ARGV[3])
  if type(trimmed) == 'number' then -- else the rights are those of an older version
    first, out = 5 + before, trimmed
  end
end
if first <= #ARGV then
  out = out + redis.call('XDEL', stream, unpack(ARGV, first))
end
return out
