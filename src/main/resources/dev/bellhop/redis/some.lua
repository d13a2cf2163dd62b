-- Takes entries one after another, until so many have been taken or they have about so many bytes: the one that reaches them is the last.
-- read(asked) gives the next ones; take(entry) returns an entry's bytes. Returns whether there may be more.
-- why some at a time: of large entries few are wanted, and the rest would be read in vain
local function take_some(most, limit, read, take)
  local taken, bytes = 0, 0
  repeat
    local asked = math.min(10, most - taken)
    local some = read(asked)
    for _, entry in ipairs(some) do
      taken, bytes = taken + 1, bytes + take(entry)
      if taken == most or bytes >= limit then
        return true
      end
    end
  until #some < asked
  return false
end
