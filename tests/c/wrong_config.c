/* Configurations that cannot be: no client is opened, and the message names the field. */

#include "checks.h"
#include "edge.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void not_opened(const mpa_client_config *config, const char *field)
{
    mpa_client client = { UINT64_MAX };
    WRONG(mpa_client_open(config, &client, fresh()), field);
    CHECK_NUMBER(client.id, 0);
    client.id = 1;
    CHECK_STATUS(mpa_client_open(config, &client, NULL), MPA_ERROR_INVALID_ARGUMENT);
    CHECK_NUMBER(client.id, 0);
}

#define NOT_OPENED_WITH(field, value) do { \
        mpa_client_config with_one = config_with(NULL); \
        with_one.field = (value); \
        not_opened(&with_one, "config." #field); \
    } while (0)

static void numbers(void)
{
    const uint32_t limits[] = { MPA_MAX_TIMEOUT_MS + 1, INT32_MAX, UINT32_MAX };
    const int32_t modes[] = { -1, 2, INT32_MAX, INT32_MIN };
    mpa_client_config config = config_with(NULL);

    config.title_id = 0;
    not_opened(&config, "config.title_id");
    for (size_t i = 0; i < COUNT(limits); i++) {
        NOT_OPENED_WITH(connect_timeout_ms, limits[i]);
        NOT_OPENED_WITH(request_timeout_ms, limits[i]);
        NOT_OPENED_WITH(call_timeout_ms, limits[i]);
        NOT_OPENED_WITH(allow_plain_http, limits[i]);
    }
    const uint32_t durations[] = { MPA_MAX_DURATION_MS + 1, INT32_MAX, (uint32_t)-2 };
    for (size_t i = 0; i < COUNT(durations); i++) {
        NOT_OPENED_WITH(invite_time_to_live_ms, durations[i]);
        NOT_OPENED_WITH(recent_players_time_to_live_ms, durations[i]);
        NOT_OPENED_WITH(recent_players_hold_ms, durations[i]);
        NOT_OPENED_WITH(authorization_lead_ms, durations[i]);
    }
    NOT_OPENED_WITH(max_attempts, 11);
    config = config_with(NULL);
    config.invite_limit = 7;
    not_opened(&config, "config.invite_limit");
    config.limit_period_ms = 3600001;
    not_opened(&config, "config.invite_limit");
    config = config_with(NULL);
    config.recent_players_limit = 1001;
    config.limit_period_ms = 15000;
    not_opened(&config, "config.recent_players_limit");
    NOT_OPENED_WITH(allow_plain_http, 2);
    for (size_t i = 0; i < COUNT(modes); i++) {
        NOT_OPENED_WITH(ca_mode, modes[i]);
    }
    NOT_OPENED_WITH(ca_mode, MPA_CA_ONLY);
}

static void endpoints(void)
{
    char *too_long = text_at_the_edge(513, 'a');
    memcpy(too_long, "https://", 8);
    const char *const wrong[] = {
        "",
        "nonsense",
        "127.0.0.1:80",
        "//127.0.0.1",
        "https://",
        "https:///",
        "ftp://127.0.0.1",
        "https://user@127.0.0.1",
        "http://user:password@127.0.0.1",
        "https://127.0.0.1@evil.example",
        "http://127.0.0.1/path",
        "http://127.0.0.1?query",
        "http://127.0.0.1#fragment",
        "http://127.0.0.1:0",
        "http://127.0.0.1:65536",
        "http://127.0.0.1:port",
        "http://127.0.0.1:",
        "http://127.0.0.1\r\nX-Evil: 1",
        "http://127.0.0.1:80\r\n\r\nPOST / HTTP/1.1",
        "http://127.0.0.1\n",
        "http://127.0.0.1 ",
        " http://127.0.0.1",
        "http://127.0.0.1\t",
        "http://\xff",
        "http://192.0.2.1",
        "http://[2001:db8::1]:80",
        "http://[::ffff:192.0.2.1]",
        "http://0.0.0.0",
        too_long,
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        mpa_client_config config = config_with(SERVICE_TOKEN);
        config.endpoint = wrong[i];
        not_opened(&config, "config.endpoint");
    }
}

static void texts(void)
{
    const char *const authorizations[] = {
        "", "secret", "XBL3.0 x=-;", "XBL3.0 x=-;secret\r\nX-Evil: 1", "XBL3.0 x=-;secret\xc3\xa9", "\xff",
        "XBL3.0 x=-;secret ", "XBL3.0 x=-;secret\t", " XBL3.0 x=-;secret", "\tXBL3.0 x=-;secret",
    };
    const char *const user_agents[] = {
        "", "Game\r\nX-Evil: 1", "Game\n", "Game\t1", "Game\x7f", "Gam\xc3\xa9", "Game\xff", text_at_the_edge(257, 'a'),
    };
    const char *const proxies[] = {
        "", "proxy", "proxy:1", "https://proxy:1", "socks5h://proxy:1", "http://proxy", "http://proxy:65536", "http://:1",
        "http://u:p@:1", "http://u:p\r\n@proxy:1", "http://u:%0a@proxy:1", "http://proxy:1/p", "http://\xff:1",
        text_at_the_edge(1025, 'p'),
    };
    for (size_t i = 0; i < COUNT(proxies); i++) {
        mpa_client_config config = config_with(SERVICE_TOKEN);
        config.proxy_url = proxies[i];
        not_opened(&config, "config.proxy_url");
    }
    for (size_t i = 0; i < COUNT(authorizations); i++) {
        mpa_client_config config = config_with(authorizations[i]);
        not_opened(&config, "config.authorization_header");
    }
    for (size_t i = 0; i < COUNT(user_agents); i++) {
        mpa_client_config config = config_with(SERVICE_TOKEN);
        config.user_agent = user_agents[i];
        not_opened(&config, "config.user_agent");
    }
}

static void texts_without_end(void)
{
    mpa_client_config config = config_with(text_without_end(12289, 's'));
    not_opened(&config, "config.authorization_header");
    config = config_with(NULL);
    config.endpoint = text_without_end(513, 'a');
    not_opened(&config, "config.endpoint");
    config = config_with(NULL);
    config.user_agent = text_without_end(257, 'a');
    not_opened(&config, "config.user_agent");
    config = config_with(NULL);
    config.ca_certificates_path = text_without_end(4097, '/');
    not_opened(&config, "config.ca_certificates_path");
    config = config_with(NULL);
    config.proxy_url = text_without_end(1025, 'p');
    not_opened(&config, "config.proxy_url");
}

static void no_certificates_at(const char *path)
{
    mpa_client_config config = config_with(NULL);
    config.ca_certificates_path = path;
    not_opened(&config, "config.ca_certificates_path");
    config.ca_mode = MPA_CA_ONLY;
    not_opened(&config, "config.ca_certificates_path");
}

static void no_certificates_in(const char *content, size_t size)
{
    char path[512];
    temporary_file(path, content, size);
    no_certificates_at(path);
    unlink(path);
}

#define NO_CERTIFICATES_IN(text) no_certificates_in(text, sizeof(text) - 1)

static void certificates(void)
{
    no_certificates_at("/");
    no_certificates_at("/missing.pem");
    no_certificates_at("");
    no_certificates_at("/missing.pem\xff");
    no_certificates_at(EMPTY_DEVICE);
#ifndef _WIN32
    no_certificates_at("/dev/zero");
#endif

    NO_CERTIFICATES_IN("");
    NO_CERTIFICATES_IN("garbage");
    NO_CERTIFICATES_IN("\x30\x82\x01\x00\xff\x00\xfe");
    NO_CERTIFICATES_IN("-----BEGIN CERTIFICATE-----\n");
    NO_CERTIFICATES_IN("-----BEGIN CERTIFICATE-----\nAAAA\n");
    NO_CERTIFICATES_IN("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n");
    NO_CERTIFICATES_IN("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    NO_CERTIFICATES_IN("-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n");
    NO_CERTIFICATES_IN("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
}

int main(int count, char **arguments)
{
    begin(count, arguments);
    numbers();
    endpoints();
    texts();
    texts_without_end();
    certificates();
    return end();
}
