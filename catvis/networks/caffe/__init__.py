"""Networks from Caffe's own files: AlexNet, CaffeNet and SqueezeNet v1.0, without Caffe."""
