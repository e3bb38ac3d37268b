import { InputNumber, type InputNumberProps } from 'antd';
import { plainNumber } from './plain';

/** A number; digits and signs of a Chinese keyboard are read as what they mean. */
export function NumberInput<T extends number | string = number>(props: InputNumberProps<T>) {
  return <InputNumber<T> {...props} parser={(text) => plainNumber(text ?? '') as T} />;
}
