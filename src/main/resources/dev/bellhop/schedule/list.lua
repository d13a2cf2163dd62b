-- A page of what is scheduled, by due time. KEYS[1] scheduled (zset); ARGV[1] most, [2] score and [3] SHA-1 of the last one
-- seen, or '-inf' and ''.
-- Returns message, score, SHA-1 of each.
local result, most = {}, tonumber(ARGV[1])
local from, seen = ARGV[2], ARGV[3]
local skipping = seen ~= ''
if skipping then
  -- equal scores lie in a fixed order: go on behind the last one seen, or from the first if it has gone meanwhile
  local there = false
  for _, message in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], from, from)) do
    there = there or redis.sha1hex(message) == seen
  end
  skipping = there
end
local offset = 0
while #result < 3 * most do
  local page = redis.call('ZRANGEBYSCORE', KEYS[1], from, '+inf', 'WITHSCORES', 'LIMIT', offset, most)
  if #page == 0 then
    return result
  end
  for i = 1, #page, 2 do
    local digest = redis.sha1hex(page[i])
    if not skipping and #result < 3 * most then
      result[#result + 1] = page[i]
      result[#result + 1] = page[i + 1]
      result[#result + 1] = digest
    elseif skipping and digest == seen then
      skipping = false
    end
  end
  offset = offset + most
end
return result
