#pragma once

#include "Delegates/Delegate.h"

#include <map>

using FTickerDelegate = TDelegate<bool(float)>;

class FTSTicker
{
public:
	struct FDelegateHandle
	{
		int32 Id = 0;
		bool IsValid() const { return Id != 0; }
		void Reset() { Id = 0; }
	};

	static FTSTicker& GetCoreTicker();
	FDelegateHandle AddTicker(const FTickerDelegate& Delegate, float Delay = 0.0f);
	static void RemoveTicker(FDelegateHandle Handle);
	void Tick(float DeltaTime);
	int32 StandInCount() const { return static_cast<int32>(Tickers.size()); }

private:
	std::map<int32, FTickerDelegate> Tickers;
	int32 LastId = 0;
};
