#pragma once

#include "Containers/UnrealString.h"

class FTCHARToUTF8
{
public:
	explicit FTCHARToUTF8(const TCHAR* Text) : Held(StandIn::ToUtf8(Text)) {}
	FTCHARToUTF8(const FTCHARToUTF8&) = delete;
	FTCHARToUTF8& operator=(const FTCHARToUTF8&) = delete;
	const ANSICHAR* Get() const { return Held.c_str(); }
	int32 Length() const { return static_cast<int32>(Held.size()); }

private:
	std::string Held;
};

class FUTF8ToTCHAR
{
public:
	explicit FUTF8ToTCHAR(const ANSICHAR* Text) : Held(StandIn::FromUtf8(Text)) {}
	FUTF8ToTCHAR(const FUTF8ToTCHAR&) = delete;
	FUTF8ToTCHAR& operator=(const FUTF8ToTCHAR&) = delete;
	const TCHAR* Get() const { return Held.c_str(); }

private:
	std::basic_string<TCHAR> Held;
};

// Valid to the end of the full expression.
#define UTF8_TO_TCHAR(Text) FUTF8ToTCHAR(static_cast<const ANSICHAR*>(Text)).Get()
#define TCHAR_TO_UTF8(Text) FTCHARToUTF8(static_cast<const TCHAR*>(Text)).Get()
