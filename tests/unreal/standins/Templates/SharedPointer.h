#pragma once

#include <memory>

template <typename T>
class TSharedPtr
{
public:
	TSharedPtr() = default;
	TSharedPtr(std::nullptr_t) {}
	explicit TSharedPtr(T* Object) : Held(Object) {}

	bool IsValid() const { return Held != nullptr; }
	T* Get() const { return Held.get(); }
	T* operator->() const { return Held.get(); }
	T& operator*() const { return *Held; }
	void Reset() { Held.reset(); }

private:
	std::shared_ptr<T> Held;
};

template <typename T>
TSharedPtr<T> MakeShareable(T* Object)
{
	return TSharedPtr<T>(Object);
}
