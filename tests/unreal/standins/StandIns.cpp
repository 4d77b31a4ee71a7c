// What the stand-ins do.

#include "Containers/Ticker.h"
#include "CoreGlobals.h"
#include "CoreMinimal.h"
#include "Engine/GameInstance.h"
#include "HAL/FileManager.h"
#include "HAL/PlatformProcess.h"
#include "HAL/PlatformTime.h"
#include "Interfaces/IPluginManager.h"
#include "Kismet/GameplayStatics.h"
#include "Misc/CommandLine.h"
#include "Misc/FileHelper.h"
#include "Misc/Parse.h"
#include "Misc/Paths.h"
#include "Subsystems/GameInstanceSubsystem.h"

#include <chrono>
#include <fstream>
#include <iterator>
#include <thread>

DEFINE_LOG_CATEGORY(LogTemp);

namespace StandIn
{
	bool bIsRunningCommandlet = false;
	FString ProjectFolder;
	FString CommandLine;
	UGameInstance* GameInstanceOfWorld = nullptr;
	static const std::thread::id GameThread = std::this_thread::get_id();

	std::vector<FLogLine>& LogLines()
	{
		static std::vector<FLogLine> Lines;
		return Lines;
	}

	std::basic_string<TCHAR> FromUtf8(const char* Text)
	{
		std::basic_string<TCHAR> Result;
		const unsigned char* At = reinterpret_cast<const unsigned char*>(Text);
		while (*At)
		{
			const unsigned Lead = *At++;
			const int Following = Lead < 0x80 ? 0 : Lead < 0xe0 ? 1 : Lead < 0xf0 ? 2 : 3;
			char32_t Point = Following == 0 ? Lead : Lead & (0x3fu >> Following);
			for (int Index = 0; Index < Following; ++Index) Point = Point << 6 | (*At++ & 0x3fu);
			if (Point < 0x10000) Result += static_cast<TCHAR>(Point);
			else
			{
				Result += static_cast<TCHAR>(0xd7c0 + (Point >> 10));
				Result += static_cast<TCHAR>(0xdc00 + (Point & 0x3ff));
			}
		}
		return Result;
	}

	std::string ToUtf8(const TCHAR* Text)
	{
		std::string Result;
		while (*Text)
		{
			char32_t Point = static_cast<char16_t>(*Text++);
			if (Point >= 0xd800 && Point < 0xdc00 && *Text)
			{
				Point = 0x10000 + ((Point - 0xd800) << 10) + (static_cast<char32_t>(*Text++) - 0xdc00);
			}
			const int Following = Point < 0x80 ? 0 : Point < 0x800 ? 1 : Point < 0x10000 ? 2 : 3;
			if (Following == 0) Result += static_cast<char>(Point);
			else
			{
				Result += static_cast<char>((0xff00 >> (Following + 1) & 0xff) | (Point >> 6 * Following));
				for (int Index = Following - 1; Index >= 0; --Index) Result += static_cast<char>(0x80 | (Point >> 6 * Index & 0x3f));
			}
		}
		return Result;
	}

	std::basic_string<TCHAR> Format(const TCHAR* Format, const FArgument* Arguments, int32 Count)
	{
		const std::string Pattern = ToUtf8(Format);
		std::string Result;
		int32 Used = 0;
		for (std::size_t At = 0; At < Pattern.size(); ++At)
		{
			if (Pattern[At] != '%')
			{
				Result += Pattern[At];
				continue;
			}
			check(Used < Count);
			const FArgument& Argument = Arguments[Used++];
			const std::size_t End = Pattern.find_first_of("sdu", At);
			check(End != std::string::npos);
			const std::string Specifier = Pattern.substr(At + 1, End - At);
			At = End;
			if (Specifier == "s")
			{
				check(Argument.Text != nullptr);
				Result += ToUtf8(Argument.Text);
				continue;
			}
			check(Argument.Text == nullptr);
			check(Argument.Bytes == (Specifier.size() == 3 ? 8u : 4u));
			Result += Specifier.back() == 'u' ? std::to_string(static_cast<unsigned long long>(Argument.Number)) : std::to_string(Argument.Number);
		}
		check(Used == Count);
		return FromUtf8(Result.c_str());
	}

	static std::ifstream OpenFile(const TCHAR* Path)
	{
		return std::ifstream(ToUtf8(Path).c_str(), std::ios::binary | std::ios::ate);
	}
}

bool IsInGameThread()
{
	return std::this_thread::get_id() == StandIn::GameThread;
}

bool IsRunningCommandlet()
{
	return StandIn::bIsRunningCommandlet;
}

FTSTicker& FTSTicker::GetCoreTicker()
{
	static FTSTicker Ticker;
	return Ticker;
}

FTSTicker::FDelegateHandle FTSTicker::AddTicker(const FTickerDelegate& Delegate, float)
{
	FDelegateHandle Handle;
	Handle.Id = ++LastId;
	Tickers[Handle.Id] = Delegate;
	return Handle;
}

void FTSTicker::RemoveTicker(FDelegateHandle Handle)
{
	GetCoreTicker().Tickers.erase(Handle.Id);
}

void FTSTicker::Tick(float DeltaTime)
{
	const std::map<int32, FTickerDelegate> Now = Tickers;
	for (const auto& Entry : Now)
	{
		if (Tickers.count(Entry.first) != 0 && (!Entry.second.IsBound() || !Entry.second.Execute(DeltaTime))) Tickers.erase(Entry.first);
	}
}

double FPlatformTime::Seconds()
{
	return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void* FPlatformProcess::GetDllHandle(const TCHAR*)
{
	return nullptr;
}

IFileManager& IFileManager::Get()
{
	static IFileManager Manager;
	return Manager;
}

int64 IFileManager::FileSize(const TCHAR* Path)
{
	std::ifstream File = StandIn::OpenFile(Path);
	return File ? static_cast<int64>(File.tellg()) : -1;
}

bool FFileHelper::LoadFileToString(FString& Result, const TCHAR* Path)
{
	std::ifstream File = StandIn::OpenFile(Path);
	if (!File) return false;
	File.seekg(0);
	const std::string Text{ std::istreambuf_iterator<char>(File), std::istreambuf_iterator<char>() };
	Result = FString(Text.c_str());
	return true;
}

FString FPaths::ProjectDir()
{
	return StandIn::ProjectFolder;
}

FString FPaths::Combine(const FString& Folder, const TCHAR* Path)
{
	return FString::Printf(TEXT("%s/%s"), *Folder, Path);
}

FString FPaths::ConvertRelativePathToFull(const FString& Folder, const FString& Path)
{
	const bool bIsFull = !Path.IsEmpty() && (Path[0] == TEXT('/') || (Path.Len() > 1 && Path[1] == TEXT(':')));
	return bIsFull ? Path : Combine(Folder, *Path);
}

const TCHAR* FCommandLine::Get()
{
	return *StandIn::CommandLine;
}

bool FParse::Value(const TCHAR* Stream, const TCHAR* Match, FString& Value, bool)
{
	const std::string Line = StandIn::ToUtf8(Stream);
	const std::string Option = StandIn::ToUtf8(Match);
	std::size_t Start = Line.find(Option);
	if (Start == std::string::npos) return false;
	Start += Option.size();
	const bool bQuoted = Start < Line.size() && Line[Start] == '"';
	Start += bQuoted ? 1 : 0;
	Value = FString(Line.substr(Start, Line.find(bQuoted ? '"' : ' ', Start) - Start).c_str());
	return true;
}

IPluginManager& IPluginManager::Get()
{
	static IPluginManager Manager;
	return Manager;
}

TSharedPtr<IPlugin> IPluginManager::FindPlugin(const FString&)
{
	return nullptr;
}

UGameInstance* UGameInstanceSubsystem::GetGameInstance() const
{
	return static_cast<UGameInstance*>(GetOuter());
}

UGameInstance* UGameplayStatics::GetGameInstance(const UObject* WorldContextObject)
{
	return WorldContextObject ? StandIn::GameInstanceOfWorld : nullptr;
}
