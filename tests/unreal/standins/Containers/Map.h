#pragma once

#include "CoreTypes.h"

#include <map>

template <typename KeyType, typename ValueType>
struct TPair
{
	KeyType Key;
	ValueType Value;
};

template <typename KeyType, typename ValueType>
class TMap
{
public:
	int32 Num() const { return static_cast<int32>(Held.size()); }
	void Reset() { Held.clear(); }
	void Add(const KeyType& Key, ValueType&& Value) { Held[Key] = { Key, std::move(Value) }; }
	void Add(const KeyType& Key, const ValueType& Value) { Held[Key] = { Key, Value }; }
	ValueType* Find(const KeyType& Key)
	{
		const auto Found = Held.find(Key);
		return Found == Held.end() ? nullptr : &Found->second.Value;
	}
	int32 Remove(const KeyType& Key) { return static_cast<int32>(Held.erase(Key)); }
	bool RemoveAndCopyValue(const KeyType& Key, ValueType& OutValue)
	{
		const auto Found = Held.find(Key);
		if (Found == Held.end()) return false;
		OutValue = std::move(Found->second.Value);
		Held.erase(Found);
		return true;
	}

	/** Iterates over pairs, as the engine does. */
	class FIterator
	{
	public:
		explicit FIterator(typename std::map<KeyType, TPair<KeyType, ValueType>>::iterator InAt) : At(InAt) {}
		TPair<KeyType, ValueType>& operator*() const { return At->second; }
		FIterator& operator++() { ++At; return *this; }
		bool operator!=(const FIterator& Other) const { return At != Other.At; }

	private:
		typename std::map<KeyType, TPair<KeyType, ValueType>>::iterator At;
	};
	FIterator begin() { return FIterator(Held.begin()); }
	FIterator end() { return FIterator(Held.end()); }

private:
	std::map<KeyType, TPair<KeyType, ValueType>> Held;
};
