#pragma once

#include "CoreTypes.h"

#include <string>
#include <type_traits>

namespace StandIn
{
	std::basic_string<TCHAR> FromUtf8(const char* Text);
	std::string ToUtf8(const TCHAR* Text);

	/** An argument of FString::Printf. */
	struct FArgument
	{
		const TCHAR* Text = nullptr;
		long long Number = 0;
		unsigned Bytes = 0;
	};
	inline FArgument ToArgument(const TCHAR* Text) { return { Text, 0, 0 }; }
	template <typename T, typename = std::enable_if_t<std::is_integral<T>::value>>
	FArgument ToArgument(T Number) { return { nullptr, static_cast<long long>(Number), sizeof(T) }; }

	/** Ends the program where the arguments do not fit the format: %s, %d, %u, %lld, %llu. */
	std::basic_string<TCHAR> Format(const TCHAR* Format, const FArgument* Arguments, int32 Count);
}

class FString
{
public:
	FString() = default;
	FString(const TCHAR* Text) : Held(Text) {}
	FString(int32 Length, const TCHAR* Text) : Held(Text, static_cast<std::size_t>(Length)) {}
	explicit FString(const ANSICHAR* Text) : Held(StandIn::FromUtf8(Text)) {}

	const TCHAR* operator*() const { return Held.c_str(); }
	TCHAR operator[](int32 Index) const { check(Index >= 0 && Index < Len()); return Held[static_cast<std::size_t>(Index)]; }
	int32 Len() const { return static_cast<int32>(Held.size()); }
	bool IsEmpty() const { return Held.empty(); }
	bool operator==(const FString& Other) const { return Held == Other.Held; }
	bool Contains(const TCHAR* Part) const { return Held.find(Part) != std::basic_string<TCHAR>::npos; }
	bool FindChar(TCHAR Character, int32& OutIndex) const
	{
		const std::size_t Found = Held.find(Character);
		OutIndex = Found == std::basic_string<TCHAR>::npos ? INDEX_NONE : static_cast<int32>(Found);
		return OutIndex != INDEX_NONE;
	}
	void TrimStartAndEndInline()
	{
		const auto IsSpace = [](TCHAR Character) { return Character == TEXT(' ') || (Character >= TEXT('\t') && Character <= TEXT('\r')); };
		while (!Held.empty() && IsSpace(Held.back())) Held.pop_back();
		while (!Held.empty() && IsSpace(Held.front())) Held.erase(0, 1);
	}

	template <std::size_t Size, typename... Types>
	static FString Printf(const TCHAR (&Format)[Size], Types... Arguments)
	{
		const StandIn::FArgument All[] = { StandIn::FArgument(), StandIn::ToArgument(Arguments)... };
		FString Result;
		Result.Held = StandIn::Format(Format, All + 1, static_cast<int32>(sizeof...(Arguments)));
		return Result;
	}

	friend FString operator+(const TCHAR* Left, const FString& Right)
	{
		FString Sum(Left);
		Sum.Held += Right.Held;
		return Sum;
	}

private:
	std::basic_string<TCHAR> Held;
};
