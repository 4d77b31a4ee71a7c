#pragma once

#include "CoreTypes.h"

#include <utility>
#include <vector>

template <typename T>
class TArray
{
public:
	TArray() = default;
	TArray(std::initializer_list<T> Items) : Held(Items) {}

	int32 Num() const { return static_cast<int32>(Held.size()); }
	bool IsEmpty() const { return Held.empty(); }
	T* GetData() { return Held.data(); }
	const T* GetData() const { return Held.data(); }
	int32 Add(const T& Item) { Held.push_back(Item); return Num() - 1; }
	int32 Add(T&& Item) { Held.push_back(std::move(Item)); return Num() - 1; }
	void Reserve(int32 Count) { Held.reserve(static_cast<std::size_t>(Count)); }
	void Reset(int32 Count = 0) { Held.clear(); Reserve(Count); }
	void SetNum(int32 Count) { Held.resize(static_cast<std::size_t>(Count)); }
	T& operator[](int32 Index) { check(Index >= 0 && Index < Num()); return Held[static_cast<std::size_t>(Index)]; }
	const T& operator[](int32 Index) const { check(Index >= 0 && Index < Num()); return Held[static_cast<std::size_t>(Index)]; }
	auto begin() { return Held.begin(); }
	auto end() { return Held.end(); }
	auto begin() const { return Held.begin(); }
	auto end() const { return Held.end(); }

private:
	std::vector<T> Held;
};
