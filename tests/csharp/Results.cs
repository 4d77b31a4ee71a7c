// Prints every member of two results, by the names of mpa.h: Results.exe ENDPOINT. The peer throttles
// the second request, and does not answer the third.

using System;
using System.Linq;
using Mpa;

static class Results
{
    static void Print(MpaResult result)
    {
        Console.WriteLine("status=" + (int)result.Status);
        Console.WriteLine("cause=" + (int)result.Cause);
        Console.WriteLine("acknowledged=" + result.Acknowledged);
        Console.WriteLine("uncertain=" + result.Uncertain);
        Console.WriteLine("refused=" + result.Refused);
        Console.WriteLine("retryable=" + (result.Retryable ? 1 : 0));
        Console.WriteLine("retry_after_ms=" + result.RetryAfter.TotalMilliseconds);
        Console.WriteLine("http_status=" + result.HttpStatus);
        Console.WriteLine("attempts=" + result.Attempts);
        Console.WriteLine("queued_ms=" + result.Queued.TotalMilliseconds);
        Console.WriteLine("elapsed_is_long=" + (result.Elapsed >= TimeSpan.FromMilliseconds(300) ? 1 : 0));
        Console.WriteLine("current_requests=" + result.CurrentRequests);
        Console.WriteLine("max_requests=" + result.MaxRequests);
        Console.WriteLine("period_s=" + result.Period.TotalSeconds);
        Console.WriteLine("service_code=" + result.ServiceCode);
        Console.WriteLine("limit_type=" + result.LimitType);
        Console.WriteLine("error_code=" + result.ErrorCode);
        Console.WriteLine("correlation_id=" + result.CorrelationId);
        Console.WriteLine("message=" + result.Message);
    }

    static void Main(string[] args)
    {
        var config = new MpaClientConfig
        {
            TitleId = 7,
            Endpoint = args[0],
            AuthorizationHeader = "XBL3.0 x=-;token",
            RequestTimeout = TimeSpan.FromMilliseconds(300),
            MaxAttempts = 1,
        };
        MpaClient client = MpaClient.Open(config);
        var invite = new MpaServerInvite
        {
            Sender = 1000,
            InvitedUsers = Enumerable.Range(1, 20).Select(user => (ulong)user).ToList(),
        };
        Print(client.SendServerInvite(invite));
        // With another token, which the throttling of the first does not hold back.
        var ofAUser = new MpaAuthorization { Header = "XBL3.0 x=77;of-a-user" };
        Print(client.SendInvite(new MpaInvite { InvitedUsers = new ulong[] { 1, 2, 3 }, Authorization = ofAUser }));

        MpaCloseReport report = client.Close(TimeSpan.Zero);
        Console.WriteLine(
            "calls={0} succeeded={1} uncertain={2} failed={3} unfinished={4}",
            report.Calls, report.Succeeded, report.Uncertain, report.Failed, report.Unfinished);
    }
}
