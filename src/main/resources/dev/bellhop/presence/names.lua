local names = {}
local found = living()
for i = 1, #found, 2 do
  names[#names + 1] = found[i]
end
return names
