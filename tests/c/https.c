/* Over TLS: the service is known by the certificate in the file MPA_TEST_CERTIFICATE, or not at all. */

#include "checks.h"

static mpa_client client_that_trusts(const char *path, mpa_ca_mode mode)
{
    mpa_client_config config = config_with(SERVICE_TOKEN);
    mpa_client client = { 0 };
    config.ca_certificates_path = path;
    config.ca_mode = mode;
    ENDED(mpa_client_open(&config, &client, fresh()), MPA_OK);
    return client;
}

int main(int count, char **arguments)
{
    begin(count, arguments);
    const char *certificate = getenv("MPA_TEST_CERTIFICATE");
    if (!CHECK(certificate != NULL)) {
        return end();
    }
    mpa_server_invite invite = a_server_invite();

    mpa_client strict = client_that_trusts(certificate, MPA_CA_ONLY);
    for (int i = 0; i < 3; i++) {
        ENDED(mpa_send_server_invite(strict, &invite, fresh()), MPA_OK);
    }
    close_after(strict, 3);

    mpa_client lenient = client_that_trusts(certificate, MPA_CA_ADDED);
    ENDED(mpa_send_server_invite(lenient, &invite, fresh()), MPA_OK);
    close_after(lenient, 1);

    mpa_client wary = client_that_trusts(NULL, MPA_CA_ADDED);
    ENDED(mpa_send_server_invite(wary, &invite, fresh()), MPA_ERROR_TLS_FAILED);
    CHECK_NUMBER(last()->attempts, 0);
    CHECK_NUMBER(last()->uncertain, 0);
    CHECK_NUMBER(last()->retryable, 0);
    CHECK_CONTAINS(last()->message, "ca_certificates_path");
    close_after(wary, 1);
    return end();
}
