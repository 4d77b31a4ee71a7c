// mpa_testing.hpp: for tests of what submits, without a network and without waiting
//
//     mpa::testing::FakeSubmitter mpa;
//     Lobby lobby(mpa);                                    // the code under test takes an mpa::Submitter&
//     lobby.invite(host, { first_friend });
//     mpa.complete(0, mpa::testing::result(mpa::Status::Forbidden));
//     CHECK(lobby.last_notice() == "...");
//
// With any test framework. It links with the library, for what statuses are called and for
// Result::unsent, but opens no client. For tests with requests there is the emulator: cargo run -p
// mpa-emulator.

#ifndef MPA_TESTING_HPP
#define MPA_TESTING_HPP

#include "mpa_submitter.hpp"

namespace mpa::testing {

/// How much of an operation ended in which way, from the front.
struct Counts {
    std::uint32_t acknowledged = 0;
    std::uint32_t uncertain = 0;
    std::uint32_t refused = 0;
};

/// A result that no call has had. For other fields, fill an mpa_result and make a Result of it.
inline Result result(Status status, Counts counts = {}, std::chrono::milliseconds retry_after = {},
                     Status cause = Status::Ok) noexcept
{
    mpa_result raw = MPA_INIT(mpa_result);
    raw.status = static_cast<mpa_status>(status);
    raw.cause = static_cast<mpa_status>(cause);
    raw.acknowledged = counts.acknowledged;
    raw.uncertain = counts.uncertain;
    raw.refused = counts.refused;
    raw.retry_after_ms = detail::milliseconds(retry_after);
    std::snprintf(raw.message, sizeof raw.message, "Made up: %s", mpa::status_description(status));
    return Result(raw);
}

/// Records what is submitted; a test says how it ends, which calls the callback. For one thread.
class FakeSubmitter final : public Submitter {
public:
    using Work = mpa::Work;

    struct Operation {
        Work work;
        Completion completion;
        bool has_ended;
    };

    /// All that was submitted and not refused, in order; the number of an operation is its index + 1.
    const std::vector<Operation>& operations() const noexcept { return operations_; }

    /// What was submitted as that. Ends the program, or throws, where it was something else.
    template <typename Kind> const Kind& work(std::size_t index) const
    {
        return std::get<Kind>(operations_.at(index).work);
    }

    /// Refuses the next submit with this; its callback is called by poll().
    void refuse_next(const Result& refusal) { refusal_ = refusal; }

    /// Ends an operation and calls its callback, once; false where it has ended, or is not there. `records`: what a
    /// query has found.
    bool complete(std::size_t index, const Result& result, const std::vector<ActivityRecord>& records = {})
    {
        if (index >= operations_.size() || std::exchange(operations_[index].has_ended, true)) return false;
        // The callback may submit, which moves the operations.
        const Completion completion = std::move(operations_[index].completion);
        completion(result, records);
        return true;
    }

    /// Calls back for what was refused and cancelled.
    void poll()
    {
        for (const Ended& ended : std::exchange(ended_, {})) ended.completion(ended.result);
    }

    Result cancel(std::uint64_t operation) override
    {
        const std::uint64_t index = operation - 1;
        if (index < operations_.size() && !std::exchange(operations_[index].has_ended, true)) {
            Operation& cancelled = operations_[index];
            ended_.push_back({std::move(cancelled.completion), result(Status::Cancelled)});
        }
        return index < operations_.size() ? Result() : result(Status::InvalidArgument);
    }

private:
    struct Ended {
        Completion completion;
        Result result;
    };

    Submitted submit(Work work, Completion completion) override
    {
        if (const std::optional<Result> refusal = std::exchange(refusal_, std::nullopt)) {
            ended_.push_back({std::move(completion), *refusal});
            return {*refusal, 0};
        }
        operations_.push_back({std::move(work), std::move(completion), false});
        return {Result(), operations_.size()};
    }

    bool completes_refusals() const noexcept override { return true; }

    std::vector<Operation> operations_;
    std::vector<Ended> ended_;
    std::optional<Result> refusal_;
};

} // namespace mpa::testing

#endif // MPA_TESTING_HPP
