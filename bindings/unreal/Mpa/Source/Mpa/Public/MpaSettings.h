// Licensed MIT or Apache-2.0.

#pragma once

#include "CoreMinimal.h"
#include "Engine/DeveloperSettings.h"

#include "MpaSettings.generated.h"

/** Which game instances open a client when they start. */
UENUM()
enum class EMpaOpen : uint8
{
	/** Those of dedicated servers, also in Play In Editor. */
	DedicatedServers,
	/** All, for example also a standalone game in the editor. */
	AllGameInstances,
	/** None: your code calls UMpaSubsystem::Open, for example with secrets that it has obtained. */
	ByCode,
};

/** Up to which level the log of the library is written to LogMpa. */
UENUM()
enum class EMpaLogLevel : uint8
{
	Off,
	Error,
	Warning,
	Info,
	/** Every request and its response. */
	Debug,
};

/**
 * The section [/Script/Mpa.MpaSettings] of DefaultGame.ini. Do not enter secrets there: the file is in version
 * control, and is cooked into what players download. See AuthorizationFile, CertificatePasswordFile,
 * ProxyUrlFile and UMpaSubsystem::Open.
 *
 * Paths that are not absolute are relative to the folder of the project. Times are in milliseconds, at most 24 hours
 * (86400000) unless a lower limit is given, and 0 is the default of the library. If a number is out of its range, no
 * client is opened, and the log names it.
 */
UCLASS(Config = Game, DefaultConfig, meta = (DisplayName = "Multiplayer Activity (mpa)"))
class MPA_API UMpaSettings : public UDeveloperSettings
{
	GENERATED_BODY()

public:
	virtual FName GetCategoryName() const override;

	/** The decimal number of your title, from Partner Center. 0: no client is opened. */
	UPROPERTY(Config, EditAnywhere, Category = "Service", meta = (ClampMin = "0", ClampMax = "4294967295"))
	int64 TitleId = 0;

	UPROPERTY(Config, EditAnywhere, Category = "Service")
	EMpaOpen Open = EMpaOpen::DedicatedServers;

	/** Base URL of the service. Empty: production. Plain http:// only to this machine, for tests. */
	UPROPERTY(Config, EditAnywhere, Category = "Service")
	FString Endpoint;

	/** Allows plain http:// to other machines, which sends the token unencrypted. For tests. */
	UPROPERTY(Config, EditAnywhere, AdvancedDisplay, Category = "Service")
	bool bAllowPlainHttp = false;

	/** A PEM file with certificate authorities to trust. Empty: the built-in ones. */
	UPROPERTY(Config, EditAnywhere, Category = "Service")
	FString CaCertificatesPath;

	/** Trust only the authorities in CaCertificatesPath. */
	UPROPERTY(Config, EditAnywhere, Category = "Service")
	bool bTrustOnlyThese = false;

	/** A text that precedes the User-Agent of the library, such as MyGame/1.2. */
	UPROPERTY(Config, EditAnywhere, Category = "Service")
	FString UserAgent;

	/** The HTTP proxy that servers reach the service through, such as http://proxy.example:3128. Empty: none. */
	UPROPERTY(Config, EditAnywhere, Category = "Service")
	FString ProxyUrl;

	/**
	 * A file with the URL of a proxy that requires a password, instead of ProxyUrl. -MpaProxyUrlFile=PATH on the command line
	 * overrides it.
	 */
	UPROPERTY(Config, EditAnywhere, Category = "Service")
	FString ProxyUrlFile;

	/**
	 * A file with the first token: the value of the Authorization header. -MpaAuthorizationFile=PATH on the command line
	 * overrides it.
	 */
	UPROPERTY(Config, EditAnywhere, Category = "Token")
	FString AuthorizationFile;

	/** How long before the token expires OnAuthorizationNeeded is called. -1: not before operations wait for a token. */
	UPROPERTY(
		Config, EditAnywhere, AdvancedDisplay, Category = "Token", meta = (ClampMin = "-1", ClampMax = "86400000"))
	int32 AuthorizationLeadMs = 0;

	/** For a server that signs in by itself: the publisher's certificate with its chain, in PEM or PKCS#12. */
	UPROPERTY(Config, EditAnywhere, Category = "Sign in")
	FString CertificatePath;

	/** The private key, in PEM. Empty: it is in the file of the certificate. */
	UPROPERTY(Config, EditAnywhere, Category = "Sign in")
	FString PrivateKeyPath;

	/** A file with the password of the PKCS#12 file. -MpaCertificatePasswordFile=PATH on the command line overrides it. */
	UPROPERTY(Config, EditAnywhere, Category = "Sign in")
	FString CertificatePasswordFile;

	/** Empty: RETAIL. Case-sensitive. */
	UPROPERTY(Config, EditAnywhere, Category = "Sign in")
	FString SandboxId;

	/** Empty: http://xboxlive.com. */
	UPROPERTY(Config, EditAnywhere, AdvancedDisplay, Category = "Sign in")
	FString RelyingParty;

	/** Base URL of the service that accepts the certificate. Empty: production. */
	UPROPERTY(Config, EditAnywhere, AdvancedDisplay, Category = "Sign in")
	FString SignInEndpoint;

	/** Base URL of the service that issues tokens. Empty: production. */
	UPROPERTY(Config, EditAnywhere, AdvancedDisplay, Category = "Sign in")
	FString TokenEndpoint;

	/** For establishing a connection. */
	UPROPERTY(Config, EditAnywhere, Category = "Time limits", meta = (ClampMin = "0", ClampMax = "600000"))
	int32 ConnectTimeoutMs = 0;

	/** For one request with its response, connecting included. */
	UPROPERTY(Config, EditAnywhere, Category = "Time limits", meta = (ClampMin = "0", ClampMax = "600000"))
	int32 RequestTimeoutMs = 0;

	/** How long an invite may take until it is sent. */
	UPROPERTY(Config, EditAnywhere, Category = "Time limits", meta = (ClampMin = "0", ClampMax = "86400000"))
	int32 InviteTimeToLiveMs = 0;

	/** How long recent players may take until they are sent. */
	UPROPERTY(Config, EditAnywhere, Category = "Time limits", meta = (ClampMin = "0", ClampMax = "86400000"))
	int32 RecentPlayersTimeToLiveMs = 0;

	/** How long recent players are held, to be combined into full requests. -1: not at all. */
	UPROPERTY(Config, EditAnywhere, Category = "Time limits", meta = (ClampMin = "-1", ClampMax = "86400000"))
	int32 RecentPlayersHoldMs = 0;

	/**
	 * How long the game thread may wait, when the game instance ends, for what was submitted. After that, what was not
	 * sent completes as Abandoned, and requests that are under way are aborted. The game thread also waits for the abort:
	 * normally some milliseconds, at most 1 s. 0: it waits for the abort only.
	 */
	UPROPERTY(Config, EditAnywhere, Category = "Time limits", meta = (ClampMin = "0", ClampMax = "600000"))
	int32 ShutdownTimeLimitMs = 4000;

	/** How many requests with invites may be sent in LimitPeriodMs. 0: only the limits that the service reports. */
	UPROPERTY(Config, EditAnywhere, AdvancedDisplay, Category = "Limits", meta = (ClampMin = "0"))
	int32 InviteLimit = 0;

	/** How many requests with recent players may be sent in LimitPeriodMs. 0: as for InviteLimit. */
	UPROPERTY(Config, EditAnywhere, AdvancedDisplay, Category = "Limits", meta = (ClampMin = "0"))
	int32 RecentPlayersLimit = 0;

	/** How many requests that set or delete activities may be sent in LimitPeriodMs. 0: as for InviteLimit. */
	UPROPERTY(Config, EditAnywhere, AdvancedDisplay, Category = "Limits", meta = (ClampMin = "0"))
	int32 ActivityWriteLimit = 0;

	/** How many requests that query activities may be sent in LimitPeriodMs. 0: as for InviteLimit. */
	UPROPERTY(Config, EditAnywhere, AdvancedDisplay, Category = "Limits", meta = (ClampMin = "0"))
	int32 ActivityReadLimit = 0;

	/** Required if one of the limits is set. */
	UPROPERTY(Config, EditAnywhere, AdvancedDisplay, Category = "Limits", meta = (ClampMin = "0", ClampMax = "3600000"))
	int32 LimitPeriodMs = 0;

	/** The most attempts for each request. 0: 4. 1: no retries. */
	UPROPERTY(Config, EditAnywhere, AdvancedDisplay, Category = "Limits", meta = (ClampMin = "0", ClampMax = "10"))
	int32 MaxAttempts = 0;

	/** How many threads send invites. 0: 1. */
	UPROPERTY(Config, EditAnywhere, AdvancedDisplay, Category = "Limits", meta = (ClampMin = "0", ClampMax = "64"))
	int32 WorkerCount = 0;

	/** How many operations may be submitted that have not completed. 0: 4,096. */
	UPROPERTY(Config, EditAnywhere, AdvancedDisplay, Category = "Limits", meta = (ClampMin = "0", ClampMax = "1000000"))
	int32 QueueCapacity = 0;

	/** How many bytes of input those operations may hold. 0: 16 MiB. */
	UPROPERTY(Config, EditAnywhere, AdvancedDisplay, Category = "Limits", meta = (ClampMin = "0"))
	int32 QueueCapacityBytes = 0;

	UPROPERTY(Config, EditAnywhere, Category = "Log")
	EMpaLogLevel LogLevel = EMpaLogLevel::Warning;
};
