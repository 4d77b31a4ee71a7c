-- What a relay knows and the store does not, or not any more. The same report twice changes nothing.
--
-- ARGV: [2] how many sends are kept, [3] for how many ms, [4] for how many us a limit is good that the service
-- named, [5] how many limits are kept, [6] for how many us the service asked not to be called (0: it did not); then
-- after their number each: periods of the imposed limits in us; limits that the service named: max, period in us,
-- age in us; sends: member, age in us.
-- Returns the time, alone in a list.

local most, keep, good_for = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local most_limits, closed_for = tonumber(ARGV[5]), tonumber(ARGV[6])

local position = 6
local function next_argument()
    position = position + 1
    return ARGV[position]
end

local function keep_state_for(us)
    local ms = math.max(math.ceil(us / 1000), redis.call('PTTL', KEYS[2]))
    redis.call('PEXPIRE', KEYS[2], integer(ms))
end

local imposed, kinds = {}, tonumber(next_argument())
for _ = 1, kinds do
    imposed[next_argument()] = true
end

local function name_limit(max, period, named_at)
    local known = redis.call('HGET', KEYS[2], period)
    if known then
        local known_max, known_at = string.match(known, '^(%d+) (%d+)$')
        known_max, known_at = tonumber(known_max), tonumber(known_at)
        if known_at > named_at then
            return
        end
        -- What the configuration imposes is made stricter only.
        if imposed[period] and named_at - known_at < good_for then
            max = math.min(max, known_max)
        end
    elseif not imposed[period] then
        local count, oldest, oldest_at = kinds, nil, nil
        local state = redis.call('HGETALL', KEYS[2])
        for i = 1, #state, 2 do
            local at = tonumber(string.match(state[i + 1], ' (%d+)$') or '')
            if at and not imposed[state[i]] then
                count = count + 1
                if not oldest or at < oldest_at then
                    oldest, oldest_at = state[i], at
                end
            end
        end
        if count >= most_limits and oldest then
            redis.call('HDEL', KEYS[2], oldest)
        end
    end
    redis.call('HSET', KEYS[2], period, integer(max) .. ' ' .. integer(named_at))
    keep_state_for(good_for)
end

for _ = 1, tonumber(next_argument()) do
    local max, period, age = tonumber(next_argument()), next_argument(), tonumber(next_argument())
    name_limit(max, period, now - age)
end

for _ = 1, tonumber(next_argument()) do
    local member, age = next_argument(), tonumber(next_argument())
    record(member, now - age, most, keep)
end

if closed_for > 0 then
    local until_then = now + closed_for
    local closed = tonumber(redis.call('HGET', KEYS[2], 'closed') or 0)
    if until_then > closed then
        redis.call('HSET', KEYS[2], 'closed', integer(until_then))
    end
    keep_state_for(closed_for)
end
return { now }
