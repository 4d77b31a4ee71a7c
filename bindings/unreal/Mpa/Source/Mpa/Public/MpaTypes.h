// Licensed MIT or Apache-2.0.

#pragma once

#include "CoreMinimal.h"

#include "MpaTypes.generated.h"

/** How a call ended. docs/outcomes.md says what each means for the player, and what to do next. */
UENUM(BlueprintType)
enum class EMpaStatus : uint8
{
	/** The service has acknowledged all of it. */
	Ok,
	/** An input is invalid: the message says which. Nothing was sent. */
	InvalidArgument,
	/** The plugin and the library have different versions. Nothing was sent. */
	InvalidStruct,
	/** The client is not open: the message says why. Nothing was sent. */
	InvalidHandle,
	/** The client is closing. Nothing was sent. */
	Closed,
	/** The queue of operations is full. Nothing was submitted: try again later. */
	QueueFull,
	/** The queue is full of completions that were not polled: the game thread hangs. Nothing was submitted. */
	EventsNotPolled,
	/** Cancelled before it was sent, or between two attempts. */
	Cancelled,
	/** Its time to live passed before it was sent. */
	Expired,
	/**
	 * The client was closed before all of it was sent. Recent players and activities may have been sent: see Uncertain of
	 * the result.
	 */
	Abandoned,
	/** There is no usable token. */
	AuthorizationNeeded,
	/** The service refused the token. */
	Unauthorized,
	/** The token is valid, but not for this call: wrong title or sandbox, or a user's token. */
	Forbidden,
	/** Signing in with the certificate failed. */
	SignInFailed,
	/** Signing in has not finished. */
	SignInPending,
	/** The service refused what was sent. */
	Rejected,
	/** The service limits the rate of calls, and the wait would be longer than the time to live. */
	Throttled,
	/** The service failed. */
	ServiceUnavailable,
	/** Something other than the service answered, such as a proxy. */
	UnexpectedAnswer,
	/** The service could not be reached. */
	ConnectionFailed,
	/** The server could not prove its identity. */
	TlsFailed,
	/** The time limit passed. */
	TimedOut,
	/** An invite was sent, and it is not known whether the service processed it. Do not send it again. */
	Uncertain,
	/** A defect of the library. Please report the message. */
	Internal,
	/** Not known to this version: see StatusName. */
	Unknown,
};

/** The platform on which an invite can be accepted, or an activity joined. */
UENUM(BlueprintType)
enum class EMpaPlatform : uint8
{
	Any,
	Android,
	IOS UMETA(DisplayName = "iOS"),
	Nintendo,
	PlayStation,
	Scarlett UMETA(DisplayName = "Xbox Series X and S"),
	Win32 UMETA(DisplayName = "Windows (Win32)"),
	WindowsOneCore UMETA(DisplayName = "Windows (OneCore)"),
	XboxOne UMETA(DisplayName = "Xbox One"),
	/** One that is not known to this version. Only in records of activities. */
	Unknown,
};

/** Who may join an activity without an invite. */
UENUM(BlueprintType)
enum class EMpaJoinRestriction : uint8
{
	/** Everyone. */
	Public,
	/** Only players who are invited. */
	InviteOnly,
	/** Players whom the player follows. */
	Followed,
	/** Omitted by the service, or not known to this version. Only in records of activities. */
	Unknown,
};

/** How the players of a group met. */
UENUM(BlueprintType)
enum class EMpaEncounterType : uint8
{
	Default,
	Teammate,
	Opponent,
};

/** Why another token is needed. */
UENUM(BlueprintType)
enum class EMpaAuthorizationReason : uint8
{
	/** Not known to this version. */
	Unknown,
	/** None was set yet. */
	Missing,
	/** The service refused the one in use. */
	Refused,
	/** The one in use has expired. */
	Expired,
	/** The one in use expires soon. */
	ExpiresSoon,
};

/** What to do with the users or groups that a call did not send. */
UENUM(BlueprintType)
enum class EMpaResend : uint8
{
	/** Nothing: all were sent, or it was cancelled. */
	None,
	/** Submit them again after ResendDelayMs. */
	Later,
	/** Submit them again once there is another token. */
	AfterAuthorization,
	/** First correct what the message names. */
	AfterFix,
	/** This server is closing: submit them from another one, or after a restart. */
	Elsewhere,
};

/** How an operation ended. */
USTRUCT(BlueprintType)
struct FMpaResult
{
	GENERATED_BODY()

	UPROPERTY(BlueprintReadOnly, Category = "Mpa")
	EMpaStatus Status = EMpaStatus::Ok;

	/** What led to Uncertain, Abandoned, Cancelled, Expired or SignInFailed; else Ok. */
	UPROPERTY(BlueprintReadOnly, Category = "Mpa")
	EMpaStatus Cause = EMpaStatus::Ok;

	/** The name of the status in mpa.h, such as MPA_ERROR_THROTTLED. */
	UPROPERTY(BlueprintReadOnly, Category = "Mpa")
	FString StatusName;

	/** What happened, to which input, and what to do. It contains no token, connection string or XUID. */
	UPROPERTY(BlueprintReadOnly, Category = "Mpa")
	FString Message;

	/** How many users or groups, from the front, the service has acknowledged. */
	UPROPERTY(BlueprintReadOnly, Category = "Mpa")
	int32 Acknowledged = 0;

	/** How many after those were sent, and it is not known whether the service processed them. */
	UPROPERTY(BlueprintReadOnly, Category = "Mpa")
	int32 Uncertain = 0;

	/** How many after those the service refused. */
	UPROPERTY(BlueprintReadOnly, Category = "Mpa")
	int32 Refused = 0;

	/**
	 * Whether submitting again what was not acknowledged may succeed later. False if an invite is uncertain, since it must
	 * not be sent twice, and for matches, since the library does not return their groups.
	 */
	UPROPERTY(BlueprintReadOnly, Category = "Mpa")
	bool bRetryable = false;

	/** The shortest time to wait before that, in milliseconds. 0: not known. */
	UPROPERTY(BlueprintReadOnly, Category = "Mpa")
	int32 RetryAfterMs = 0;

	/** What to do with those that were not sent: ResendCount of those that were passed in, from ResendFirst on. */
	UPROPERTY(BlueprintReadOnly, Category = "Mpa")
	EMpaResend Resend = EMpaResend::None;

	UPROPERTY(BlueprintReadOnly, Category = "Mpa")
	int32 ResendFirst = 0;

	UPROPERTY(BlueprintReadOnly, Category = "Mpa")
	int32 ResendCount = 0;

	/** How long to wait first, in milliseconds. */
	UPROPERTY(BlueprintReadOnly, Category = "Mpa")
	int32 ResendDelayMs = 0;

	/** How many requests were sent, retries included. */
	UPROPERTY(BlueprintReadOnly, Category = "Mpa")
	int32 Attempts = 0;

	/** The HTTP status of the response to the last attempt; 0 if there was none. */
	UPROPERTY(BlueprintReadOnly, Category = "Mpa")
	int32 HttpStatus = 0;

	/** The service's errorCode; empty if there is none. */
	UPROPERTY(BlueprintReadOnly, Category = "Mpa")
	FString ErrorCode;

	/** The error number of a service that the client signs in with (XErr), such as 0x8015DC12; 0 if there is none. */
	UPROPERTY(BlueprintReadOnly, Category = "Mpa")
	int64 ServiceCode = 0;

	/** The service's X-XblCorrelationId, which Microsoft's support asks for; empty if there is none. */
	UPROPERTY(BlueprintReadOnly, Category = "Mpa")
	FString CorrelationId;

	bool IsOk() const { return Status == EMpaStatus::Ok; }
};

/** An invite that the server sends on behalf of a player who asked for it. */
USTRUCT(BlueprintType)
struct FMpaServerInvite
{
	GENERATED_BODY()

	/** The XUID of the player who asked for it, as a decimal number. Required. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "Mpa")
	FString Sender;

	/** The XUIDs of the players to invite, as decimal numbers: 1 to 10,000. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "Mpa")
	TArray<FString> InvitedUsers;

	/** What the invited player's game is started with, to find the server: at most 512 UTF-16 code units. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "Mpa")
	FString ConnectionString;

	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "Mpa")
	EMpaPlatform Platform = EMpaPlatform::Any;

	/** How long it may take until it is sent, in milliseconds: at most 24 hours. 0: as in the settings. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, AdvancedDisplay, Category = "Mpa")
	int32 TimeToLiveMs = 0;
};

/** Players who met: everyone in a group met everyone else in it. */
USTRUCT(BlueprintType)
struct FMpaRecentPlayerGroup
{
	GENERATED_BODY()

	/** The XUIDs of the players, as decimal numbers: 2 to 100. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "Mpa")
	TArray<FString> Players;

	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "Mpa")
	EMpaEncounterType EncounterType = EMpaEncounterType::Default;

	/** When they met, in UTC. Not set: now. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, AdvancedDisplay, Category = "Mpa")
	FDateTime Timestamp = FDateTime(0);
};

/** A player whom another one met. */
USTRUCT(BlueprintType)
struct FMpaRecentPlayer
{
	GENERATED_BODY()

	/** The XUID of the player, as a decimal number. Required. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "Mpa")
	FString Xuid;

	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "Mpa")
	EMpaEncounterType EncounterType = EMpaEncounterType::Default;

	/** When they met, in UTC. Not set: now. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, AdvancedDisplay, Category = "Mpa")
	FDateTime Timestamp = FDateTime(0);
};

/** A player, and whom that player met, each with a type and a time. */
USTRUCT(BlueprintType)
struct FMpaUserRecentPlayers
{
	GENERATED_BODY()

	/** The XUID of the player, as a decimal number. Required. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "Mpa")
	FString Xuid;

	/** Whom the player met: 1 to 100. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "Mpa")
	TArray<FMpaRecentPlayer> RecentPlayers;
};

/** What a player plays, and how others join. */
USTRUCT(BlueprintType)
struct FMpaActivity
{
	GENERATED_BODY()

	/** What the game of a player who joins is started with, to find the server: at most 512 UTF-16 code units. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "Mpa")
	FString ConnectionString;

	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "Mpa")
	EMpaJoinRestriction JoinRestriction = EMpaJoinRestriction::Public;

	/** Names those who play together, so that they are shown as a group: at most 127 UTF-16 code units. Empty: none. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "Mpa")
	FString GroupId;

	/** How many may play, up to 100. 0: not sent. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "Mpa")
	int32 MaxPlayers = 0;

	/** How many play now, up to 100. 0: not sent. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "Mpa")
	int32 CurrentPlayers = 0;

	/** The platform on which it can be joined. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "Mpa")
	EMpaPlatform Platform = EMpaPlatform::Any;

	/** How long it may take until it is sent, in milliseconds: at most 24 hours. 0: 60 s. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, AdvancedDisplay, Category = "Mpa")
	int32 TimeToLiveMs = 0;

	/**
	 * Its place in the order of the player's activities: the service ignores one that is lower than the one that it has.
	 * 0: the library's own, which grows with every call.
	 */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, AdvancedDisplay, Category = "Mpa")
	int64 SequenceNumber = 0;
};

/** An activity of a player, in any title, as the service lists it. Values that it omits are 0, empty or Unknown. */
USTRUCT(BlueprintType)
struct FMpaActivityRecord
{
	GENERATED_BODY()

	/** The XUID of the player, as a decimal number. */
	UPROPERTY(BlueprintReadOnly, Category = "Mpa")
	FString Xuid;

	/** The number of the title that the player plays. */
	UPROPERTY(BlueprintReadOnly, Category = "Mpa")
	int64 TitleId = 0;

	/** Its place in the order of the player's activities. */
	UPROPERTY(BlueprintReadOnly, Category = "Mpa")
	int64 SequenceNumber = 0;

	UPROPERTY(BlueprintReadOnly, Category = "Mpa")
	EMpaJoinRestriction JoinRestriction = EMpaJoinRestriction::Unknown;

	UPROPERTY(BlueprintReadOnly, Category = "Mpa")
	EMpaPlatform Platform = EMpaPlatform::Any;

	UPROPERTY(BlueprintReadOnly, Category = "Mpa")
	int32 MaxPlayers = 0;

	UPROPERTY(BlueprintReadOnly, Category = "Mpa")
	int32 CurrentPlayers = 0;

	/** What the game of a player who joins is started with. Also empty if that player may not join. */
	UPROPERTY(BlueprintReadOnly, Category = "Mpa")
	FString ConnectionString;

	UPROPERTY(BlueprintReadOnly, Category = "Mpa")
	FString GroupId;
};

/** A match that UMpaSubsystem::OpenMatch has opened. It can be copied: all copies mean the same match. */
USTRUCT(BlueprintType)
struct FMpaMatch
{
	GENERATED_BODY()

	/** Set by OpenMatch, and not to be changed. 0: no match. */
	UPROPERTY()
	int64 Id = 0;

	bool IsSet() const { return Id != 0; }
};

/** A token and how long it is valid. */
USTRUCT(BlueprintType)
struct FMpaAuthorization
{
	GENERATED_BODY()

	/** The whole value of the Authorization header: XBL3.0 x=-;<token>. */
	UPROPERTY(BlueprintReadWrite, Category = "Mpa")
	FString Header;

	/** How long it is still valid, in milliseconds. 0: unknown, it is used until the service refuses it. */
	UPROPERTY(BlueprintReadWrite, Category = "Mpa")
	int64 ExpiresInMs = 0;

	/** The P-256 private key that the token is bound to, in PEM. Empty: it is bound to none. */
	UPROPERTY(BlueprintReadWrite, Category = "Mpa")
	FString ProofKeyPem;
};

/** Secrets for UMpaSubsystem::Open, which are never read from a configuration file. A text that is empty is not set. */
struct FMpaSecrets
{
	/** The first token. Not together with a certificate. */
	FMpaAuthorization Authorization;

	/** The password of the PKCS#12 file that UMpaSettings::CertificatePath names. */
	FString CertificatePassword;

	/**
	 * The certificate with its chain, and the private key, as PEM text. If either is set, CertificatePassword is not used,
	 * nor are CertificatePath, PrivateKeyPath and CertificatePasswordFile of the settings. The key may be in CertificatePem
	 * too.
	 */
	FString CertificatePem;
	FString PrivateKeyPem;

	/** The URL of a proxy, with its user name and password, which is used instead of the one of the settings. */
	FString ProxyUrl;
};
