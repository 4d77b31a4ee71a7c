-- Whether a request may go out now, which then counts as sent: the decision of `mpa::policy::SlidingWindow`.
--
-- ARGV: [2] the member of this send, [3] the margin in us, [4] how many sends are kept, [5] for how many ms,
-- [6] for how many us a limit is good that the service named; then the imposed limits: max and period in us, each.
-- Returns granted (1) or not (0); the wait of the next request in us (0: it need not), max and period of the limit
-- that causes it (0: none); the time; then what the service named: max, period in us, age in us, each.

local margin, most, keep, good_for = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])

local limits = {}
for i = 7, #ARGV, 2 do
    limits[#limits + 1] = { max = tonumber(ARGV[i]), period = tonumber(ARGV[i + 1]) }
end
local imposed = #limits

local answer = { 0, 0, 0, 0, now }
local closed_until = 0
local state = redis.call('HGETALL', KEYS[2])
for i = 1, #state, 2 do
    local period = tonumber(state[i])
    if not period then
        closed_until = tonumber(state[i + 1])
    else
        local max, named_at = string.match(state[i + 1], '^(%d+) (%d+)$')
        max, named_at = tonumber(max), tonumber(named_at)
        if now - named_at < good_for then
            local stricter
            for j = 1, imposed do
                if limits[j].period == period then
                    stricter = limits[j]
                end
            end
            if stricter then
                -- What the configuration imposes is not loosened.
                stricter.max = math.min(stricter.max, max)
            else
                limits[#limits + 1] = { max = max, period = period }
            end
            answer[#answer + 1] = max
            answer[#answer + 1] = period
            answer[#answer + 1] = math.max(now - named_at, 0)
        end
    end
end

-- When the next request may go out, and the limit that has it wait.
local function next_available()
    local open, tightest, longest, over = math.max(now, closed_until), nil, nil, nil
    for _, limit in ipairs(limits) do
        if not longest or limit.period >= longest.period then
            longest = limit
        end
        local earlier = redis.call('ZRANGE', KEYS[1], -limit.max, -limit.max, 'WITHSCORES')
        if earlier[1] then
            local ends = tonumber(earlier[2]) + limit.period
            open = math.max(open, ends + margin)
            if not tightest or ends >= over then
                tightest, over = limit, ends
            end
        end
    end
    return open, tightest or longest or { max = 0, period = 0 }
end

local open, cause = next_available()
if open <= now then
    record(ARGV[2], now, most, keep)
    answer[1] = 1
    open, cause = next_available()
end
if open > now then
    answer[2], answer[3], answer[4] = open - now, cause.max, cause.period
end
return answer
