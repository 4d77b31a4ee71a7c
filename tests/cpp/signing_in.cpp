// Signing in with mpa.hpp, against an emulator: signing_in ENDPOINT TITLE_ID SIGN_IN_ENDPOINT
// TOKEN_ENDPOINT CA_FILE CERTIFICATE KEY.

#include "mpa.hpp"
#include "support.hpp"

#include <fstream>
#include <iterator>
#include <thread>

using namespace std::chrono_literals;

namespace {

mpa::ClientConfig of_a_server;
mpa::ClientConfig signing_in;

std::string content(const std::string& path)
{
    std::ifstream file(path);
    return std::string(std::istreambuf_iterator<char>(file), {});
}

void wrong_configurations_are_refused_by_name()
{
    const auto refused = [](std::string mpa::ClientConfig::* text, std::string_view field) {
        mpa::ClientConfig config = signing_in;
        (config.*text).assign("a\0b", 3);
        mpa::Result result;
        CHECK(!mpa::Client::open(config, result));
        CHECK(result.status() == mpa::Status::InvalidArgument);
        CHECK(result.message().find(std::string(field) + " has a NUL at byte 1") == 0);
    };
    refused(&mpa::ClientConfig::certificate_path, "config.certificate_path");
    refused(&mpa::ClientConfig::private_key_path, "config.private_key_path");
    refused(&mpa::ClientConfig::certificate_password, "config.certificate_password");
    refused(&mpa::ClientConfig::certificate_pem, "config.certificate_pem");
    refused(&mpa::ClientConfig::private_key_pem, "config.private_key_pem");
    refused(&mpa::ClientConfig::sandbox_id, "config.sandbox_id");
    refused(&mpa::ClientConfig::relying_party, "config.relying_party");
    refused(&mpa::ClientConfig::sign_in_endpoint, "config.sign_in_endpoint");
    refused(&mpa::ClientConfig::token_endpoint, "config.token_endpoint");
}

/// Files, and texts that hold the same; the password of a PEM file is not needed.
void a_certificate_may_come_from_memory()
{
    mpa::ClientConfig config = signing_in;
    config.certificate_pem = content(std::exchange(config.certificate_path, {}));
    config.private_key_pem = content(std::exchange(config.private_key_path, {}));
    config.sandbox_id = "RETAIL";
    config.relying_party = "http://xboxlive.com";
    CHECK(open(config).send_server_invite(server_invite()).ok());
    config.sandbox_id = "retail";
    const mpa::Result denied = open(config).send_server_invite(server_invite());
    CHECK(denied.status() == mpa::Status::SignInFailed && denied.service_code() == 0x8015DC12);
}

mpa::Authorization signed_in(const mpa::Client& client)
{
    mpa::Authorization authorization;
    const auto until = std::chrono::steady_clock::now() + 10s;
    for (mpa::Result result; !(result = client.get_authorization(authorization)).ok();) {
        CHECK(result.status() == mpa::Status::SignInPending);
        CHECK(authorization.header.empty() && authorization.proof_key_pem.empty());
        CHECK(!authorization.expires_at && !authorization.expires_in);
        CHECK(std::chrono::steady_clock::now() < until);
        std::this_thread::sleep_for(20ms);
    }
    return authorization;
}

void one_signs_in_for_another()
{
    const mpa::Authorization authorization = signed_in(open(signing_in));
    CHECK(authorization.header.find("XBL3.0 x=-;") == 0);
    CHECK(authorization.proof_key_pem.find("-----BEGIN PRIVATE KEY-----") == 0);
    CHECK(authorization.expires_at > std::chrono::system_clock::now() && authorization.expires_in > 1h);

    const mpa::Client server = open(of_a_server);
    CHECK(server.set_authorization(authorization).ok());
    CHECK(server.send_server_invite(server_invite()).ok());

    // It is bound to the key: without it, it is worth nothing.
    CHECK(server.set_authorization({ authorization.header, authorization.expires_at }).ok());
    CHECK(server.send_server_invite(server_invite()).status() == mpa::Status::Unauthorized);
}

void what_is_no_key_is_refused()
{
    const mpa::Client server = open(of_a_server);
    mpa::Authorization authorization{ "XBL3.0 x=1;token", std::nullopt, "nonsense" };
    CHECK(server.set_authorization(authorization).message().find("authorization.proof_key_pem") == 0);
    authorization.proof_key_pem.assign("a\0b", 3);
    CHECK(server.set_authorization(authorization).message().find("authorization.proof_key_pem has a NUL") == 0);
    mpa::Invite own;
    own.invited_users = { 2 };
    own.authorization = authorization;
    CHECK(server.send_invite(own).message().find("invite.authorization.proof_key_pem has a NUL") == 0);
}

void where_there_is_none_nothing_is_copied()
{
    mpa::Authorization authorization{ "from before", mpa::TimePoint(1s), "of before" };
    const mpa::Client server = open(of_a_server);
    CHECK(server.get_authorization(authorization).status() == mpa::Status::AuthorizationNeeded);
    CHECK(authorization.header.empty() && authorization.proof_key_pem.empty() && !authorization.expires_at);
    CHECK(mpa::Client().get_authorization(authorization).status() == mpa::Status::InvalidHandle);
    CHECK(server.set_authorization({ "XBL3.0 x=-;bound-to-none", std::nullopt }).ok());
    CHECK(server.get_authorization(authorization).ok());
    CHECK(authorization.header == "XBL3.0 x=-;bound-to-none");
    CHECK(authorization.proof_key_pem.empty() && !authorization.expires_at);
}

} // namespace

int main(int, char** arguments)
{
    of_a_server.endpoint = arguments[1];
    of_a_server.title_id = static_cast<std::uint32_t>(std::strtoul(arguments[2], nullptr, 10));
    of_a_server.ca_certificates_path = arguments[5];
    signing_in = of_a_server;
    signing_in.sign_in_endpoint = arguments[3];
    signing_in.token_endpoint = arguments[4];
    signing_in.certificate_path = arguments[6];
    signing_in.private_key_path = arguments[7];
    wrong_configurations_are_refused_by_name();
    a_certificate_may_come_from_memory();
    one_signs_in_for_another();
    what_is_no_key_is_refused();
    where_there_is_none_nothing_is_copied();
    return 0;
}
