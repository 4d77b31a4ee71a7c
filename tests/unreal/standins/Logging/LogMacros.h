#pragma once

#include "Containers/UnrealString.h"

#include <string>
#include <vector>

namespace ELogVerbosity
{
	enum Type { Fatal, Error, Warning, Display, Log, Verbose, VeryVerbose, All };
}

struct FLogCategoryBase
{
	const char* Name;
};

namespace StandIn
{
	struct FLogLine
	{
		std::string Category;
		ELogVerbosity::Type Verbosity;
		std::string Text;
	};
	/** All that was logged. */
	std::vector<FLogLine>& LogLines();

	template <std::size_t Size, typename... Types>
	void Log(const FLogCategoryBase& Category, ELogVerbosity::Type Verbosity, const TCHAR (&Format)[Size], Types... Arguments)
	{
		LogLines().push_back({ Category.Name, Verbosity, ToUtf8(*FString::Printf(Format, Arguments...)) });
	}
}

#define DECLARE_LOG_CATEGORY_EXTERN(Name, Default, CompileTime) extern struct FLogCategory##Name : public FLogCategoryBase { FLogCategory##Name(); } Name
#define DEFINE_LOG_CATEGORY(Name) FLogCategory##Name::FLogCategory##Name() : FLogCategoryBase{ #Name } {} FLogCategory##Name Name
#define UE_LOG(Category, Verbosity, ...) do { StandIn::Log(Category, ELogVerbosity::Verbosity, __VA_ARGS__); } while (false)

DECLARE_LOG_CATEGORY_EXTERN(LogTemp, Log, All);
