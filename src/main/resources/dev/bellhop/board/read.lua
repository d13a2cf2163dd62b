-- Some messages of a board; after some.lua. KEYS[1] board (stream); ARGV[1] place: only what lies behind it, seen in the direction of reading; '' for no limit;
-- [2] 1 from the oldest on, 0 from the newest back; [3] most messages; [4] about the most bytes: the message that reaches it is the last
-- Returns 1 if there may be more (else 0); then place, expiry (ms, or 0), frame of each.
local board, place, forward = KEYS[1], ARGV[1], ARGV[2] == '1'
local result = { 0 }
if place == '0-0' and not forward then -- Redis refuses an interval that ends before the first id
  return result
end

local function read(asked)
  local start = place ~= '' and '(' .. place
  return forward and redis.call('XRANGE', board, start or '-', '+', 'COUNT', asked)
    or redis.call('XREVRANGE', board, start or '+', '-', 'COUNT', asked)
end

local function take(entry)
  local expires, frame = '0', ''
  for i = 1, #entry[2], 2 do
    if entry[2][i] == 'expires' then
      expires = entry[2][i + 1]
    elseif entry[2][i] == 'frame' then
      frame = entry[2][i + 1]
    end
  end
  place = entry[1]
  result[#result + 1] = place
  result[#result + 1] = expires
  result[#result + 1] = frame
  return #frame
end

result[1] = take_some(tonumber(ARGV[3]), tonumber(ARGV[4]), read, take) and 1 or 0
return result
