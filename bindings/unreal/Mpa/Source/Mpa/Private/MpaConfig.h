// Licensed MIT or Apache-2.0.

#pragma once

#include "CoreMinimal.h"
#include "MpaConversions.h"
#include "MpaLibrary.h"
#include "MpaTypes.h"

class UMpaSettings;

/** A token as the library takes it. */
class FMpaNativeAuthorization
{
public:
	explicit FMpaNativeAuthorization(const FMpaAuthorization& Authorization);

	const mpa_authorization* Get() const { return &Native; }

private:
	FMpaUtf8 Header;
	FMpaUtf8 ProofKeyPem;
	mpa_authorization Native;
};

/** The configuration of a client as the library takes it. */
class FMpaConfig
{
public:
	/** Reads the files with secrets that the settings or the command line name, unless they are in Secrets. */
	FMpaConfig(const UMpaSettings& Settings, const FMpaSecrets& Secrets);
	FMpaConfig(const FMpaConfig&) = delete;
	FMpaConfig& operator=(const FMpaConfig&) = delete;

	bool IsValid() const { return Error.IsEmpty(); }
	const FString& GetError() const { return Error; }
	const mpa_client_config* Get() const { return &Native; }

private:
	/** A number of the settings as the library takes it. One below Least is an error: cast, it would be a large one. */
	uint32 ToNumber(const TCHAR* Name, int32 Value, int32 Least = 0);
	FString ReadPassword(const UMpaSettings& Settings, const FMpaSecrets& Secrets);
	FString ReadSecret(const FString& InCode, const TCHAR* Option, const FString& InSettings);

	/** Declared before the texts: reading their files may set it. */
	FString Error;
	FMpaAuthorization FirstToken;
	FMpaNativeAuthorization NativeFirstToken;
	FMpaUtf8 Endpoint;
	FMpaUtf8 CaCertificatesPath;
	FMpaUtf8 UserAgent;
	FMpaUtf8 CertificatePath;
	FMpaUtf8 PrivateKeyPath;
	FMpaUtf8 CertificatePassword;
	FMpaUtf8 CertificatePem;
	FMpaUtf8 PrivateKeyPem;
	FMpaUtf8 SandboxId;
	FMpaUtf8 RelyingParty;
	FMpaUtf8 SignInEndpoint;
	FMpaUtf8 TokenEndpoint;
	FMpaUtf8 ProxyUrlOfFile;
	FMpaUtf8 ProxyUrl;
	mpa_client_config Native;
};
