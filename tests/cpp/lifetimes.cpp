// Dispatchers that outlive what their callbacks refer to, for AddressSanitizer: lifetimes CASE
// SILENT_ENDPOINT.

#include "mpa_dispatcher.hpp"
#include "support.hpp"

#include <cstring>

namespace {

mpa::Client silent_client(const char* endpoint)
{
    mpa::ClientConfig config;
    config.title_id = 7;
    config.endpoint = endpoint;
    config.authorization_header = "XBL3.0 x=-;token";
    config.close_deadline = std::chrono::milliseconds(0);
    return open(config);
}

// The dispatcher is destroyed last, with what the callbacks refer to long gone.
struct Lobby {
    explicit Lobby(const char* endpoint) : dispatcher(silent_client(endpoint)) {}

    void ended(const mpa::Result& result) { ends.emplace_back(result.message()); }

    mpa::Dispatcher dispatcher;
    std::vector<std::string> ends{"a text that is too long to be kept inside of the string itself"};
    mpa::Lifetime lifetime;
};

void destroy_with_ties(const char* endpoint)
{
    Lobby lobby(endpoint);
    for (int i = 0; i < 10; i++) {
        CHECK(lobby.dispatcher.submit_server_invite(
            server_invite(), lobby.lifetime, [&lobby](const mpa::Result& result) { lobby.ended(result); }).ok());
    }
    lobby.dispatcher.on_log = [&lobby](mpa::LogLevel, std::string_view text) { lobby.ends.emplace_back(text); };
}

void destroy_without_ties(const char* endpoint)
{
    Lobby lobby(endpoint);
    CHECK(lobby.dispatcher.submit_server_invite(
        server_invite(), [&lobby](const mpa::Result& result) { lobby.ended(result); }).ok());
}

void close_first(const char* endpoint)
{
    Lobby lobby(endpoint);
    CHECK(lobby.dispatcher.submit_server_invite(
        server_invite(), [&lobby](const mpa::Result& result) { lobby.ended(result); }).ok());
    CHECK(lobby.dispatcher.close(std::chrono::milliseconds(0)) && lobby.ends.size() == 2);
}

} // namespace

int main(int argc, char** argv)
{
    CHECK(argc == 3);
    const auto is = [argv](const char* name) { return std::strcmp(argv[1], name) == 0; };
    if (is("ties")) destroy_with_ties(argv[2]);
    if (is("no-ties")) destroy_without_ties(argv[2]);
    if (is("close")) close_first(argv[2]);
    return EXIT_SUCCESS;
}
